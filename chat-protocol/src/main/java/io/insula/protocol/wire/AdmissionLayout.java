package io.insula.protocol.wire;

import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;

/** The bytes of an inference node's reply. */
final class AdmissionLayout {

    private AdmissionLayout() {}

    static void writeAccepted(WireWriter out, Accepted accepted) {
        out.count(accepted.promptTokens());
    }

    static Accepted readAccepted(WireReader in) {
        return new Accepted(in.count());
    }

    static void writeRejected(WireWriter out, Rejected rejected) {
        out.octet(
                switch (rejected.reason()) {
                    case CONTEXT_LENGTH_EXCEEDED -> 0;
                    case OVERLOADED -> 1;
                    case MODEL_NOT_FOUND -> 2;
                    case INVALID_REQUEST -> 3;
                    case DRAINING -> 4;
                });
        out.text(rejected.message());
        out.optionalText(rejected.param());
        out.count(rejected.retryAfterMillis());
    }

    static Rejected readRejected(WireReader in) {
        int reason = in.octet();
        return new Rejected(
                switch (reason) {
                    case 0 -> Reason.CONTEXT_LENGTH_EXCEEDED;
                    case 1 -> Reason.OVERLOADED;
                    case 2 -> Reason.MODEL_NOT_FOUND;
                    case 3 -> Reason.INVALID_REQUEST;
                    case 4 -> Reason.DRAINING;
                    default -> throw in.malformed("reason: " + reason + " (expected: 0..4)");
                },
                in.text(),
                in.optionalText(),
                in.count());
    }
}
