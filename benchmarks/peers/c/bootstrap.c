// A Lambda runtime client that does nothing but ask for events and answer each with {}: the least that a function in
// any language can cost. Sockets only.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[1 << 16];

// Sends a message and reads the whole response: its head stays in the buffer, its body is dropped.
static void call(int connection, const char *message, size_t length) {
    if (write(connection, message, length) != (ssize_t)length) exit(1);
    size_t filled = 0;
    char *end = NULL;
    while (!end) {
        ssize_t count = read(connection, buffer + filled, sizeof buffer - 1 - filled);
        if (count <= 0) exit(0);
        filled += (size_t)count;
        buffer[filled] = 0;
        end = strstr(buffer, "\r\n\r\n");
    }
    char *field = strcasestr(buffer, "\r\nContent-Length:");
    long rest = (field ? atol(field + 17) : 0) - (long)(buffer + filled - end - 4);
    *end = 0;
    static char body[1 << 16];
    while (rest > 0) {
        ssize_t count = read(connection, body, sizeof body);
        if (count <= 0) exit(1);
        rest -= count;
    }
}

int main(void) {
    char host[64];
    int port = 0;
    const char *address = getenv("AWS_LAMBDA_RUNTIME_API");
    if (!address || sscanf(address, "%63[^:]:%d", host, &port) != 2) return 1;
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    if (inet_pton(AF_INET, host, &place.sin_addr) != 1) return 1;
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(connection, (struct sockaddr *)&place, sizeof place) != 0) return 1;

    char next[256], response[512], id[64];
    int next_length = snprintf(next, sizeof next, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n", address);
    for (;;) {
        call(connection, next, (size_t)next_length);
        char *field = strcasestr(buffer, "\r\nLambda-Runtime-Aws-Request-Id:");
        if (!field || sscanf(field + 32, " %63[^\r]", id) != 1) return 1;
        int length = snprintf(response, sizeof response,
                              "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\n"
                              "Host: %s\r\nContent-Length: 2\r\n\r\n{}", id, address);
        call(connection, response, (size_t)length);
    }
}
