/* DNS server: one thread on a loopback port, UDP and TCP, that answers A and AAAA questions as the
 * test's function says. Whoever locks its gate holds all answers back.
 */
#ifndef IMGCRAWL_TESTS_DNS_SERVER_H
#define IMGCRAWL_TESTS_DNS_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DNS_A = 1, DNS_CNAME = 5, DNS_AAAA = 28 };
enum { DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_REFUSED = 5 };

struct dns_answer {
    const char *addresses; /* "127.0.0.1 ::1"; those of the family that is asked for are sent */
    const char *cname;     /* the name is an alias of this one; NULL: it is not */
    int rcode;
    uint32_t ttl_s, cname_ttl_s;
    bool silent;    /* nothing is sent */
    bool garbage;   /* bytes that are no answer */
    bool truncated; /* over UDP nothing but the word that there is more */
};

struct dns_server;
typedef void (*dns_fn)(struct dns_server *server, const char *name, unsigned type,
                       struct dns_answer *answer);

struct dns_server {
    dns_fn fn;
    unsigned port;
    char address[32]; /* "127.0.0.1:PORT" */
    int udp, tcp, stop[2];
    pthread_t thread;
    pthread_mutex_t gate;
    atomic_uint questions[DNS_AAAA + 1]; /* by type */
    atomic_uint tcp_questions;
};

struct dns_message {
    unsigned char data[4096];
    size_t bytes;
};

static inline void dns_put(struct dns_message *message, const void *data, size_t bytes)
{
    memcpy(message->data + message->bytes, data, bytes);
    message->bytes += bytes;
}

static inline void dns_put_u16(struct dns_message *message, unsigned value)
{
    dns_put(message, (unsigned char[]){(unsigned char)(value >> 8), (unsigned char)value}, 2);
}

static inline void dns_put_name(struct dns_message *message, const char *name)
{
    while (*name) {
        size_t bytes = strcspn(name, ".");
        dns_put(message, &(unsigned char){(unsigned char)bytes}, 1);
        dns_put(message, name, bytes);
        name += bytes + (name[bytes] == '.');
    }
    dns_put(message, "", 1);
}

static inline void dns_put_record(struct dns_message *message, const char *owner, unsigned type,
                                  uint32_t ttl_s, const void *data, size_t bytes)
{
    dns_put_name(message, owner);
    dns_put_u16(message, type);
    dns_put_u16(message, 1);
    dns_put_u16(message, ttl_s >> 16);
    dns_put_u16(message, ttl_s & 0xffff);
    dns_put_u16(message, (unsigned)bytes);
    dns_put(message, data, bytes);
    message->data[7]++;
}

static inline void dns_put_addresses(struct dns_message *message, const char *owner, unsigned type,
                                     const struct dns_answer *answer)
{
    char text[1024], *rest = NULL;
    unsigned char bytes[16];
    snprintf(text, sizeof text, "%s", answer->addresses ? answer->addresses : "");
    for (char *at = strtok_r(text, " ", &rest); at; at = strtok_r(NULL, " ", &rest)) {
        if (type == DNS_A && inet_pton(AF_INET, at, bytes) == 1)
            dns_put_record(message, owner, type, answer->ttl_s, bytes, 4);
        if (type == DNS_AAAA && inet_pton(AF_INET6, at, bytes) == 1)
            dns_put_record(message, owner, type, answer->ttl_s, bytes, 16);
    }
}

static inline void dns_put_cname(struct dns_message *message, const char *owner,
                                 const struct dns_answer *answer)
{
    struct dns_message target = {.bytes = 0};
    dns_put_name(&target, answer->cname);
    dns_put_record(message, owner, DNS_CNAME, answer->cname_ttl_s, target.data, target.bytes);
}

/* The name of the question at offset 12, and where what follows it begins. */
static inline size_t dns_read_name(const struct dns_message *question, char *name)
{
    size_t at = 12, used = 0;
    while (question->data[at]) {
        memcpy(name + used, question->data + at + 1, question->data[at]);
        used += question->data[at];
        name[used++] = '.';
        at += question->data[at] + 1u;
    }
    name[used ? used - 1 : 0] = '\0';
    return at + 1;
}

/* False: nothing is to be sent. */
static inline bool dns_respond(struct dns_server *server, const struct dns_message *question,
                               bool is_tcp, struct dns_message *reply)
{
    char name[256];
    struct dns_answer answer = {.ttl_s = 60, .cname_ttl_s = 60};
    size_t type_at = dns_read_name(question, name);
    unsigned type = (unsigned)question->data[type_at] << 8 | question->data[type_at + 1];
    if (type <= DNS_AAAA)
        server->questions[type]++;
    server->tcp_questions += is_tcp;
    pthread_mutex_lock(&server->gate);
    pthread_mutex_unlock(&server->gate);
    server->fn(server, name, type, &answer);

    *reply = (struct dns_message){.bytes = 0};
    bool truncated = answer.truncated && !is_tcp;
    dns_put(reply, question->data, 2);
    dns_put_u16(reply, 0x8180 | (truncated ? 0x200 : 0) | (unsigned)answer.rcode);
    dns_put(reply, "\0\1\0\0\0\0\0", 8);
    dns_put(reply, question->data + 12, type_at + 4 - 12);
    if (answer.cname)
        dns_put_cname(reply, name, &answer);
    if (!truncated)
        dns_put_addresses(reply, answer.cname ? answer.cname : name, type, &answer);
    if (answer.garbage)
        memset(reply->data + 2, 0xff, reply->bytes - 2);
    return !answer.silent;
}

static inline void dns_serve_udp(struct dns_server *server)
{
    struct dns_message question = {.bytes = 0}, reply;
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    ssize_t got = recvfrom(server->udp, question.data, sizeof question.data, 0,
                           (struct sockaddr *)&peer, &length);
    question.bytes = got > 0 ? (size_t)got : 0;
    if (got > 16 && dns_respond(server, &question, false, &reply))
        (void)!sendto(server->udp, reply.data, reply.bytes, 0, (struct sockaddr *)&peer, length);
}

/* Every question of one connection. */
static inline void dns_serve_tcp(struct dns_server *server)
{
    struct dns_message question = {.bytes = 0}, reply, out;
    unsigned char length[2];
    int fd = accept(server->tcp, NULL, NULL);
    while (fd >= 0 && recv(fd, length, 2, MSG_WAITALL) == 2) {
        question.bytes = (size_t)length[0] << 8 | length[1];
        if (question.bytes > sizeof question.data ||
            recv(fd, question.data, question.bytes, MSG_WAITALL) != (ssize_t)question.bytes)
            break;
        if (!dns_respond(server, &question, true, &reply))
            continue;
        out = (struct dns_message){.bytes = 0};
        dns_put_u16(&out, (unsigned)reply.bytes);
        dns_put(&out, reply.data, reply.bytes);
        (void)!send(fd, out.data, out.bytes, MSG_NOSIGNAL);
    }
    if (fd >= 0)
        close(fd);
}

static inline void *dns_serve(void *arg)
{
    struct dns_server *server = arg;
    struct pollfd ready[] = {{.fd = server->udp, .events = POLLIN},
                             {.fd = server->tcp, .events = POLLIN},
                             {.fd = server->stop[0], .events = POLLIN}};
    while (poll(ready, 3, -1) >= 0 && !ready[2].revents) {
        if (ready[0].revents)
            dns_serve_udp(server);
        if (ready[1].revents)
            dns_serve_tcp(server);
    }
    return NULL;
}

/* Two sockets on one free port. */
static inline void dns_bind(struct dns_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    for (;;) {
        server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        address.sin_port = 0;
        if (bind(server->udp, (struct sockaddr *)&address, length) < 0 ||
            getsockname(server->udp, (struct sockaddr *)&address, &length) < 0)
            abort();
        if (bind(server->tcp, (struct sockaddr *)&address, length) == 0 &&
            listen(server->tcp, 8) == 0)
            break;
        close(server->udp);
        close(server->tcp);
    }
    server->port = ntohs(address.sin_port);
    snprintf(server->address, sizeof server->address, "127.0.0.1:%u", server->port);
}

static inline struct dns_server *dns_server_start(dns_fn fn)
{
    struct dns_server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    server->fn = fn;
    dns_bind(server);
    pthread_mutex_init(&server->gate, NULL);
    if (pipe(server->stop) < 0 || pthread_create(&server->thread, NULL, dns_serve, server) != 0)
        abort();
    return server;
}

/* With the gate open; clients have closed their TCP connections. */
static inline void dns_server_free(struct dns_server *server)
{
    (void)!write(server->stop[1], "", 1);
    pthread_join(server->thread, NULL);
    pthread_mutex_destroy(&server->gate);
    close(server->udp);
    close(server->tcp);
    close(server->stop[0]);
    close(server->stop[1]);
    free(server);
}

#endif
