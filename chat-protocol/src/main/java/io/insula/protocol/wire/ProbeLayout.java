package io.insula.protocol.wire;

import io.insula.protocol.NodeId;
import io.insula.protocol.Probe;
import io.insula.protocol.ProbeReply;
import io.insula.protocol.ProbeRequest;

/** The bytes of how a node finds out whether it can be reached. */
final class ProbeLayout {

    private ProbeLayout() {}

    static void writeProbe(WireWriter out, Probe probe) {
        out.text(probe.sender().value());
    }

    static Probe readProbe(WireReader in) {
        return new Probe(new NodeId(in.text()));
    }

    static void writeRequest(WireWriter out, ProbeRequest request) {
        out.text(request.address());
    }

    static ProbeRequest readRequest(WireReader in) {
        return new ProbeRequest(in.text());
    }

    static void writeReply(WireWriter out, ProbeReply reply) {
        out.flag(reply.heard());
    }

    static ProbeReply readReply(WireReader in) {
        return new ProbeReply(in.flag());
    }
}
