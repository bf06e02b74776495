using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Racks;

namespace Scheduling.Tests.Racks;

/// <summary>Short words for rack tests.</summary>
internal static class Given
{
    public static readonly RackId Rack = new("pool/r1");
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static AttemptId Attempt(string job, int number = 1) => new(new JobId(job), number);

    public static PlanRef Plan(string job, long plan, int number = 1) => new(Attempt(job, number), plan);

    public static NodeSpec Node(string name, int gpus = 8, long cpuMilli = 64_000, long memoryMiB = 512_000, string model = "H100", ImmutableArray<Label>? taints = null) => new()
    {
        Name = new NodeId(name), CpuMilli = cpuMilli, MemoryMiB = memoryMiB, Gpus = gpus, GpuModel = model, Taints = taints ?? [],
    };

    public static RackSpec Offer(params NodeSpec[] nodes) => new() { Rack = Rack, Block = "b1", Nodes = [.. nodes] };

    public static WorkerShape Shape(int gpus, int gpuMilli = 1000, long cpuMilli = 1000, long memoryMiB = 1000) =>
        new() { Gpus = gpus, GpuMilli = gpuMilli, CpuMilli = cpuMilli, MemoryMiB = memoryMiB };

    public static WorkerSlot Worker(int slot, ulong gpus, int gpuMilli = 1000, int role = 0, int rank = 0) => new(role, rank, slot, gpus, gpuMilli);

    /// <summary>A hold of one role.</summary>
    public static RackAllocation Hold(string job, long plan, WorkerShape shape, params WorkerSlot[] workers) => new()
    {
        Attempt = Attempt(job), Plan = plan, Committed = false, Workers = [.. workers], Shapes = [shape], LeaseUntil = Noon.AddMinutes(1),
    };

    /// <summary>A ledger that was offered these nodes.</summary>
    public static RackLedger RackOf(params NodeSpec[] nodes)
    {
        var ledger = new RackLedger(Rack);
        ledger.Do(ledger.DecideOffer(Offer(nodes)));
        return ledger;
    }

    /// <summary>Applies a decision; a refusal is answered, not thrown.</summary>
    public static string? Do(this RackLedger ledger, RackDecision decision)
    {
        if (decision is RackDecision.Change change)
            ledger.Apply(change.Entry);
        ledger.CheckInvariants();
        return (decision as RackDecision.Refuse)?.Reason;
    }

    public static string? Hold(this RackLedger ledger, RackAllocation hold) => ledger.Do(ledger.DecideHold(hold));

    public static string? Commit(this RackLedger ledger, PlanRef plan) => ledger.Do(ledger.DecideCommit(plan));

    public static string? Release(this RackLedger ledger, PlanRef plan) => ledger.Do(ledger.DecideRelease(plan));

    public static string? Offer(this RackLedger ledger, params NodeSpec[] nodes) => ledger.Do(ledger.DecideOffer(Offer(nodes)));

    /// <summary>The snapshot as one text: two ledgers with the same text are the same.</summary>
    public static string Text(this RackLedger ledger)
    {
        var s = ledger.Snapshot();
        return string.Join('\n',
        [
            $"v{s.Version} e{s.Epoch} {s.Offered} {s.Spec.Block} retired {s.Retired:x} schedulable {ledger.View().Schedulable:x}",
            .. s.Spec.Nodes.Select((n, i) => $"{i}: {n.Name} {n.Gpus} {n.CpuMilli} {n.MemoryMiB}"),
            "withheld " + string.Join(' ', s.Withheld),
            .. s.Allocations.Select(a => $"{a.Attempt} p{a.Plan} {a.Committed} {a.LeaseUntil:O} {a.Moves} {string.Join(' ', a.Workers)} {string.Join(' ', a.Shapes)}"),
            "released " + string.Join(' ', s.Released),
        ]);
    }
}
