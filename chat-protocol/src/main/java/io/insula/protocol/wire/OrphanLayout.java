package io.insula.protocol.wire;

import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import io.insula.protocol.UsageTaken;

/** The bytes of usage that an inference node hands over for a silent HTTP node. */
final class OrphanLayout {

    private OrphanLayout() {}

    static void writeOrphan(WireWriter out, OrphanedUsage orphan) {
        out.text(orphan.apiNode().value());
        out.uuid(orphan.request().value());
        out.count(orphan.attempt());
        out.uuid(orphan.tenant().value());
        out.optionalUuid(orphan.key());
        GenerateCommandLayout.writeConfig(out, orphan.config());
        out.text(orphan.model().value());
        EndLayout.writeOutcome(out, orphan.outcome());
        EndLayout.writeFinish(out, orphan.finish());
        EndLayout.writeUsage(out, orphan.usage());
        EndLayout.writeTimings(out, orphan.timings());
    }

    static OrphanedUsage readOrphan(WireReader in) {
        return new OrphanedUsage(
                new NodeId(in.text()),
                new RequestId(in.uuid()),
                in.count(),
                new TenantId(in.uuid()),
                in.optionalUuid(),
                GenerateCommandLayout.readConfig(in),
                new ModelName(in.text()),
                EndLayout.readOutcome(in),
                EndLayout.readFinish(in),
                EndLayout.readUsage(in),
                EndLayout.readTimings(in));
    }

    static void writeTaken(WireWriter out, UsageTaken taken) {
        out.uuid(taken.request().value());
        out.flag(taken.recorded());
    }

    static UsageTaken readTaken(WireReader in) {
        return new UsageTaken(new RequestId(in.uuid()), in.flag());
    }
}
