"""A name server on 127.0.0.1 (UDP) for names that a test makes up. It answers in a process of its own, so that
it takes no time from whoever tests; what was asked is counted there and asked for through a pipe."""
import collections
import multiprocessing
import select
import socket
import struct

A, AAAA = 1, 28
SERVFAIL, NXDOMAIN = 2, 3


def read_name(packet):
    """(the name of the question in lower case, where its type begins)."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]])
        at += 1 + packet[at]
    return b".".join(labels).decode("ascii").lower(), at + 1


def question(packet):
    """(the name, its type)."""
    name, at = read_name(packet)
    return name, struct.unpack_from("!H", packet, at)[0]


def answer(packet, suffix, address, ttl):
    """(the name, its type, the whole answer); names outside the suffix do not exist. address None: the server fails."""
    name, at = read_name(packet)
    kind = struct.unpack_from("!H", packet, at)[0]
    exists = name == suffix or name.endswith("." + suffix)
    records = 1 if exists and address and kind == A else 0
    code = NXDOMAIN if not exists else 0 if address else SERVFAIL
    head = packet[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, records, 0, 0)
    body = packet[12:at + 4]
    if records:
        body += struct.pack("!HHHIH", 0xC00C, A, 1, ttl, 4) + socket.inet_aton(address)
    return name, kind, head + body


def serve(udp, control, suffix, addresses, ttl):
    asked = collections.Counter()
    while True:
        for ready in select.select([udp, control], [], [])[0]:
            if ready is udp:
                packet, peer = udp.recvfrom(4096)
                times = asked[question(packet)]
                name, kind, reply = answer(packet, suffix, addresses[min(times, len(addresses) - 1)], ttl)
                asked[name, kind] += 1
                udp.sendto(reply, peer)
            elif control.recv() == "count":
                control.send(asked)
            else:
                return


class NameServer:
    """Every name below `suffix` has the one address; of several, each question for a name gets the next.
    None among them: the server fails."""

    def __init__(self, suffix="test", addresses=("127.0.0.1",), ttl=3600):
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.udp.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.udp.getsockname()[1]
        self.control, other = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(
            target=serve, args=(self.udp, other, suffix, addresses, ttl), daemon=True)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.control.send("end")
        self.process.join(30)
        self.udp.close()

    def asked(self):
        """A Counter of (name, type), of all questions so far."""
        self.control.send("count")
        return self.control.recv()
