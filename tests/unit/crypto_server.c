/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs openssl: once to make identities, then as the server. */
#include "crypto_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define ARGUMENTS_MAX 32

static char folder[] = "build/unit/tls-XXXXXX";

/* NAME.pem and NAME.key: a self-signed CA, or a certificate of one with extensions. */
static const char script[] =
    "set -e\n"
    "key() { openssl ecparam -name \"${2:-prime256v1}\" -genkey -noout -out $1.key; }\n"
    "authority() { key $1; openssl req -x509 -new -key $1.key -subj \"/CN=$1\" -days 36500 -out $1.pem; }\n"
    "issue() { # name CA extensions\n"
    "  [ -f $1.key ] || key $1\n"
    "  openssl req -new -key $1.key -subj \"/CN=$1\" -out $1.csr\n"
    "  printf \"basicConstraints=CA:FALSE\\n$3\" > $1.ext\n"
    "  openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 30 -extfile $1.ext -out "
    "$1.pem\n"
    "}\n"
    "authority ca; authority other-ca\n"
    "issue server ca 'subjectAltName=DNS:broker.postern.test\\n'\n"
    "issue untrusted other-ca 'subjectAltName=DNS:broker.postern.test\\n'\n"
    "issue client ca 'keyUsage=digitalSignature\\nextendedKeyUsage=clientAuth\\n'\n"
    "issue not-a-server ca 'subjectAltName=DNS:broker.postern.test\\nextendedKeyUsage=clientAuth\\n'\n"
    "issue cn-only ca ''\n"
    "key p384 secp384r1; issue p384 ca 'subjectAltName=DNS:broker.postern.test\\n'\n"
    "openssl genrsa -out rsa.key 2048; issue rsa ca 'subjectAltName=DNS:broker.postern.test\\n'\n"
    "openssl ec -in client.key -aes128 -passout pass:x -out encrypted.key\n"
    "openssl pkcs8 -topk8 -nocrypt -in client.key -out client8.key\n";

const char *crypto_pki_create(void)
{
    if (mkdtemp(folder) == NULL) {
        return NULL;
    }
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        if (chdir(folder) == 0) {
            (void)execl("/bin/sh", "sh", "-c", script, (char *)NULL);
        }
        _exit(127);
    }
    int status = -1;
    return waitpid(pid, &status, 0) == pid && status == 0 ? folder : NULL;
}

void crypto_pki_remove(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        (void)execlp("rm", "rm", "-rf", folder, (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, NULL, 0);
}

char *crypto_pki_read(const char *name)
{
    char path[128];
    char *text = calloc(1, 8192);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, 8191, file) > 0);
    (void)fclose(file);
    return text;
}

static void run_server(const char *identity, const char *const *arguments, int output)
{
    char certificate[64];
    char key[64];
    const char *argv[ARGUMENTS_MAX] = {"openssl",   "s_server", "-accept", "127.0.0.1:0", "-rev", "-cert",
                                       certificate, "-key",     key};
    size_t count = 9;
    (void)snprintf(certificate, sizeof(certificate), "%s.pem", identity);
    (void)snprintf(key, sizeof(key), "%s.key", identity);
    for (size_t i = 0; arguments[i] != NULL && count + 1 < ARGUMENTS_MAX; i++) {
        argv[count++] = arguments[i];
    }
    argv[count] = NULL;
    int null = open("/dev/null", O_RDWR);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves no server behind */
    (void)dup2(null, 0);
    (void)dup2(output, 1);
    (void)dup2(null, 2);
    if (chdir(folder) == 0) {
        /* exec does not write to the strings; its type only says that it may. */
        (void)execvp("openssl", (char *const *)(uintptr_t)argv);
    }
    _exit(127);
}

/* The line "ACCEPT 127.0.0.1:PORT" says that the server listens. */
static unsigned read_port(int input)
{
    char text[4096];
    size_t used = 0;
    unsigned port = 0;
    while (used + 1 < sizeof(text)) {
        ssize_t count = read(input, text + used, 1);
        if (count != 1) {
            break;
        }
        text[++used] = '\0';
        if (text[used - 1] == '\n') {
            if (sscanf(text, "ACCEPT 127.0.0.1:%u", &port) == 1) {
                break;
            }
            used = 0;
        }
    }
    return port;
}

struct crypto_server crypto_server_start(const char *identity, const char *const *arguments)
{
    struct crypto_server server = {0};
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    server.pid = fork();
    if (server.pid == 0) {
        (void)close(pipes[0]);
        run_server(identity, arguments, pipes[1]);
    }
    (void)close(pipes[1]);
    server.port = read_port(pipes[0]);
    /* Kept open: the server dies of a closed output. Its descriptor ends with the test program. */
    assert_int_not_equal(server.port, 0);
    return server;
}

void crypto_server_stop(struct crypto_server *server)
{
    (void)kill(server->pid, SIGKILL);
    (void)waitpid(server->pid, NULL, 0);
}

int crypto_server_connect(const struct crypto_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}
