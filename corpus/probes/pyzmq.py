import threading

import zmq

context = zmq.Context()
server = context.socket(zmq.REP)
server.bind("inproc://probe")


def answer():
    server.send(server.recv()[::-1])


thread = threading.Thread(target=answer)
thread.start()
client = context.socket(zmq.REQ)
client.connect("inproc://probe")
client.send(b"one two three")
assert client.recv() == b"eerht owt eno"
thread.join()
public, secret = zmq.curve_keypair()
assert zmq.curve_public(secret) == public
client.close()
server.close()
context.term()
