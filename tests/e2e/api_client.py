"""A daemon whose answers are held against web/openapi.json, and what the tests of the API share."""
import socket

from daemon import Daemon
from openapi_check import check_answer


class CheckedDaemon(Daemon):
    def request(self, method, path, body=None, headers=None, connection=None):
        answer = super().request(method, path, body, headers, connection)
        check_answer(method, path, answer)
        return answer


def wait_for_index(api, job):
    """Until the rules that need the whole job have judged it, too."""
    api.wait_until(lambda: api.job(job["id"])["index"], lambda index: index["state"] == "ready")
    return job


def results(job, part):
    return f"/v1/jobs/{job['id']}/{part}"


def refused(answer, status, kind):
    """The problem that the answer is."""
    assert answer.status == status, answer
    assert answer.type == "application/problem+json"
    problem = answer.json
    assert problem["type"] == "urn:imgcrawl:problem:" + kind
    assert problem["status"] == status
    assert problem["detail"].endswith("."), problem
    return problem


def raw(api, text):
    """Sends bytes as they are, and no more; the answer until the server closes, which for what makes no request may
    be only when it has been silent for 30 s."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=120) as sock:
        sock.sendall(text)
        sock.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    return answer.decode()
