/* The address guard: which addresses are public, which wrappers are seen through, what a policy
 * allows, and what is said of a host before it is resolved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/address_host.h"

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
        storage.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
        storage.ss_family = AF_INET6;
    else
        fail_msg("not an address: %s", text);
    return storage;
}

static struct address_verdict check(const struct address_policy *policy, const char *text)
{
    struct sockaddr_storage storage = address(text);
    return address_check(policy, (const struct sockaddr *)&storage);
}

static const struct address_policy strict = {NULL, 0};

static const char *const public_addresses[] = {
    "168.63.129.15",     "168.63.129.17",
    "1.1.1.1",           "9.255.255.255",
    "11.0.0.0",          "100.63.255.255",
    "100.128.0.0",       "126.255.255.255",
    "128.0.0.0",         "169.253.255.255",
    "169.255.0.0",       "172.15.255.255",
    "172.32.0.0",        "192.0.1.0",
    "192.167.255.255",   "192.169.0.0",
    "198.17.255.255",    "198.20.0.0",
    "223.255.255.255",   "2600::1",
    "2001:200::1",       "2a00:1450:4001::200e",
    "::ffff:8.8.8.8",    "64:ff9b::8.8.8.8",
    "2002:0808:0808::1", "2001:0:4136:e378:8000:63bf:f7f7:f7f7", /* Teredo client 8.8.8.8 */
};

static void public_addresses_are_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof public_addresses / sizeof public_addresses[0]; i++) {
        struct address_verdict verdict = check(&strict, public_addresses[i]);
        if (!verdict.allowed)
            fail_msg("%s blocked as %s", public_addresses[i], verdict.reason);
        assert_string_equal(verdict.reason, "public");
    }
}

static const struct {
    const char *address;
    const char *reason;
} special_addresses[] = {
    {"0.0.0.0", "this network (0.0.0.0/8)"},
    {"10.0.0.0", "private (10.0.0.0/8)"},
    {"10.255.255.255", "private (10.0.0.0/8)"},
    {"100.64.0.0", "shared by a provider (100.64.0.0/10)"},
    {"100.127.255.255", "shared by a provider (100.64.0.0/10)"},
    {"127.0.0.1", "loopback (127.0.0.0/8)"},
    {"127.255.255.254", "loopback (127.0.0.0/8)"},
    {"168.63.129.16", "cloud platform (168.63.129.16)"},
    {"169.254.169.254", "link-local (169.254.0.0/16)"},
    {"169.254.0.0", "link-local (169.254.0.0/16)"},
    {"100.100.100.200", "shared by a provider (100.64.0.0/10)"},
    {"172.16.0.0", "private (172.16.0.0/12)"},
    {"172.31.255.255", "private (172.16.0.0/12)"},
    {"192.0.0.192", "protocol assignments (192.0.0.0/24)"},
    {"192.0.0.8", "protocol assignments (192.0.0.0/24)"},
    {"192.0.2.1", "documentation (192.0.2.0/24)"},
    {"192.88.99.1", "6to4 relay (192.88.99.0/24)"},
    {"192.168.1.1", "private (192.168.0.0/16)"},
    {"198.19.255.255", "benchmarking (198.18.0.0/15)"},
    {"198.51.100.1", "documentation (198.51.100.0/24)"},
    {"203.0.113.255", "documentation (203.0.113.0/24)"},
    {"224.0.0.1", "multicast (224.0.0.0/4)"},
    {"239.255.255.255", "multicast (224.0.0.0/4)"},
    {"255.255.255.254", "reserved (240.0.0.0/4)"},
    {"240.0.0.1", "reserved (240.0.0.0/4)"},
    {"255.255.255.255", "broadcast (255.255.255.255)"},
    {"::", "unspecified (::)"},
    {"::1", "loopback (::1)"},
    {"::2", "this network (0.0.0.0/8)"}, /* compatible with 0.0.0.2 */
    {"100::1", "discard-only (100::/64)"},
    {"100:0:0:1::1", "reserved (outside 2000::/3)"},
    {"64:ff9b:1:ffff::1", "local translation (64:ff9b:1::/48)"},
    {"64:ff9b:2::1", "reserved (outside 2000::/3)"},
    {"64:ff9b:1::1", "local translation (64:ff9b:1::/48)"},
    {"2001:2::1", "protocol assignments (2001::/23)"},
    {"2001:1ff:ffff::1", "protocol assignments (2001::/23)"},
    {"2001:db8:ffff::1", "documentation (2001:db8::/32)"},
    {"2001:db8::1", "documentation (2001:db8::/32)"},
    {"3fff:fff::1", "documentation (3fff::/20)"},
    {"5f00::1", "segment routing (5f00::/16)"},
    {"fc00::1", "private (fc00::/7)"},
    {"fdff:ffff::1", "private (fc00::/7)"},
    {"fe80::1", "link-local (fe80::/10)"},
    {"febf::1", "link-local (fe80::/10)"},
    {"fd00:ec2::254", "private (fc00::/7)"},
    {"feff::1", "site-local (fec0::/10)"},
    {"fec0::1", "site-local (fec0::/10)"},
    {"ff02::1", "multicast (ff00::/8)"},
    {"4000::1", "reserved (outside 2000::/3)"},
    {"1fff::1", "reserved (outside 2000::/3)"},
    /* IPv4 inside IPv6 */
    {"::ffff:127.0.0.1", "loopback (127.0.0.0/8)"},
    {"::ffff:168.63.129.16", "cloud platform (168.63.129.16)"},
    {"::ffff:0:127.0.0.1", "reserved (outside 2000::/3)"},
    {"64:ff9b::169.254.169.254", "link-local (169.254.0.0/16)"},
    {"2002:a9fe:a9fe::", "link-local (169.254.0.0/16)"},
    {"::127.0.0.1", "loopback (127.0.0.0/8)"},
    {"64:ff9b::10.0.0.1", "private (10.0.0.0/8)"},
    {"2002:7f00:1::1", "loopback (127.0.0.0/8)"},
    {"2002:c0a8:101::", "private (192.168.0.0/16)"},
    {"2001:0:4136:e378:8000:63bf:80ff:fffe", "loopback (127.0.0.0/8)"},
};

static void special_addresses_are_blocked_with_their_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof special_addresses / sizeof special_addresses[0]; i++) {
        struct address_verdict verdict = check(&strict, special_addresses[i].address);
        if (verdict.allowed)
            fail_msg("%s allowed", special_addresses[i].address);
        assert_string_equal(verdict.reason, special_addresses[i].reason);
    }
}

static void policy_allows_its_networks_and_no_more(void **state)
{
    (void)state;
    struct address_network allowed[2];
    assert_int_equal(address_network_parse("127.0.0.0/9", &allowed[0]), 0);
    assert_int_equal(address_network_parse("fd00::/8", &allowed[1]), 0);
    struct address_policy policy = {allowed, 2};
    assert_true(check(&policy, "127.0.0.1").allowed);
    assert_string_equal(check(&policy, "127.0.0.1").reason, "allowed by configuration");
    assert_true(check(&policy, "::ffff:127.0.0.1").allowed);
    assert_true(check(&policy, "64:ff9b::127.0.0.1").allowed);
    assert_true(check(&policy, "fd12::1").allowed);
    assert_false(check(&policy, "127.128.0.1").allowed);
    assert_false(check(&policy, "10.0.0.1").allowed);
    assert_false(check(&policy, "fc00::1").allowed);
    assert_false(check(&policy, "::1").allowed);
    assert_string_equal(check(&policy, "1.1.1.1").reason, "public");
}

static void other_families_are_blocked(void **state)
{
    (void)state;
    struct sockaddr_un address_un = {.sun_family = AF_UNIX, .sun_path = "/run/socket"};
    assert_false(address_check(&strict, (const struct sockaddr *)&address_un).allowed);
}

/* What a resolver gives for "fe80::1%lo", and for an address that needs no zone but has one. */
static void zone_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool allowed;
    } rows[] = {{"fe80::1", false}, {"::1", false}, {"2600::1", true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_scope_id = 1};
        assert_int_equal(inet_pton(AF_INET6, rows[i].address, &in6.sin6_addr), 1);
        assert_int_equal(address_check(&strict, (const struct sockaddr *)&in6).allowed,
                         rows[i].allowed);
    }
}

static struct address_verdict check_host(const struct address_policy *policy, const char *text)
{
    struct url url;
    if (url_parse(text, strlen(text), NULL, &url) != URL_OK)
        fail_msg("not a URL: %s", text);
    return address_check_host(policy, &url);
}

static void hosts_are_judged_before_they_are_resolved(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool allowed;
        const char *reason;
    } rows[] = {
        {"http://127.1/", false, "loopback (127.0.0.0/8)"},
        {"http://[::1]:8080/", false, "loopback (::1)"},
        {"http://[::ffff:10.0.0.1]/", false, "private (10.0.0.0/8)"},
        {"http://8.8.8.8/", true, "public"},
        {"http://[2600::1]/", true, "public"},
        {"http://localhost/", false, "name of this machine (localhost)"},
        {"http://LocalHost./", false, "name of this machine (localhost)"},
        {"http://a.b.localhost/", false, "name of this machine (localhost)"},
        {"http://notlocalhost/", true, "judged when resolved"},
        {"http://localhost.example/", true, "judged when resolved"},
        {"http://metadata.google.internal/", false, "metadata of a cloud by its name"},
        {"http://metadata.google.internal./", false, "metadata of a cloud by its name"},
        {"http://x.metadata.google.internal/", true, "judged when resolved"},
        {"http://example.com/", true, "judged when resolved"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address_verdict verdict = check_host(&strict, rows[i].url);
        if (verdict.allowed != rows[i].allowed)
            fail_msg("%s: %s", rows[i].url, verdict.reason);
        assert_string_equal(verdict.reason, rows[i].reason);
    }
}

static void known_name_passes_where_one_of_its_addresses_is_allowed(void **state)
{
    (void)state;
    static const char *const networks[] = {"127.0.0.0/8", "::1"};
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        struct address_network allowed;
        assert_int_equal(address_network_parse(networks[i], &allowed), 0);
        struct address_policy policy = {&allowed, 1};
        assert_string_equal(check_host(&policy, "http://localhost/").reason,
                            "judged when resolved");
        assert_false(check_host(&policy, "http://metadata.google.internal/").allowed);
    }
}

static void networks_parse_and_contain(void **state)
{
    (void)state;
    static const struct {
        const char *network, *address;
        bool contains;
    } rows[] = {
        {"127.0.0.0/8", "127.1.2.3", true},
        {"127.0.0.0/8", "128.0.0.0", false},
        {"10.1.2.3", "10.1.2.3", true},
        {"10.1.2.3", "10.1.2.2", false},
        {"0.0.0.0/0", "200.1.1.1", true},
        {"0.0.0.0/0", "2600::1", false},
        {"::/0", "2600::1", true},
        {"::1", "::1", true},
        {"::1", "::2", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address_network network;
        struct sockaddr_storage storage = address(rows[i].address);
        assert_int_equal(address_network_parse(rows[i].network, &network), 0);
        assert_int_equal(address_network_contains(&network, (const struct sockaddr *)&storage),
                         rows[i].contains);
    }
}

static void bad_networks_are_refused_and_leave_the_output(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "x",
        "127.0.0.0/33",
        "::1/129",
        "10.0.0.0/",
        "10.0.0.0/8x",
        "10.0.0/8",
        "1.2.3.4/-1",
        "1.2.3.4/ 8",
        "1.2.3.4/0008",
        "fe80::1%lo",
        "0123:4567:89ab:cdef:0123:4567:89ab:cdef:0123:4567:89ab:cdef",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct address_network network = {.prefix_bits = 77};
        assert_int_equal(address_network_parse(bad[i], &network), -EINVAL);
        assert_int_equal(network.prefix_bits, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_addresses_are_allowed),
        cmocka_unit_test(special_addresses_are_blocked_with_their_reason),
        cmocka_unit_test(policy_allows_its_networks_and_no_more),
        cmocka_unit_test(other_families_are_blocked),
        cmocka_unit_test(zone_changes_nothing),
        cmocka_unit_test(hosts_are_judged_before_they_are_resolved),
        cmocka_unit_test(known_name_passes_where_one_of_its_addresses_is_allowed),
        cmocka_unit_test(networks_parse_and_contain),
        cmocka_unit_test(bad_networks_are_refused_and_leave_the_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
