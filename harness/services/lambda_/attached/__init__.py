"""Functions whose runtimes somebody else starts: containers of compose, or a debugger.

Each function has a port. Whatever connects to it and asks for invocations is a replica and serves
one at a time; nothing is started, frozen, limited or killed from here.
"""

from harness.services.lambda_.attached.docks import Docks as Docks
