using System.Collections.Immutable;
using Grains.Nodes;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Tests.Support;

/// <summary>Plausible racks and nodes.</summary>
internal static class Some
{
    public static NodeSpec Spec(string name) => new()
    {
        Name = new NodeId(name), CpuMilli = 64_000, MemoryMiB = 512_000, Gpus = 8, GpuModel = "H100", Labels = [new Label("zone", "a")], Taints = [new Label("dedicated", "blue")],
        Extended = [new ExtendedAmount("ephemeral-storage", 102_400), new("rdma/hca", 8)],
    };

    public static NodeView Node(string name) => new() { Spec = Spec(name), Rack = new RackId("main/r1"), State = NodeState.Ready, Version = 3 };

    /// <param name="holder">Has GPUs 0 and 1 of the first node, with 2,000 CPU and 100 MiB.</param>
    public static RackView Rack(string id, string[] nodes, AttemptId? holder = null) => new()
    {
        Spec = new RackSpec { Rack = new RackId(id), Block = "b1", Nodes = [.. nodes.Select(n => n.Length == 0 ? NodeSpec.Vacant : Spec(n))] },
        Schedulable = 1,
        Allocations = holder is not { } attempt ? [] :
        [
            new RackAllocation
            {
                Attempt = attempt, Plan = 1, Committed = true, Workers = [new WorkerSlot(0, 0, 0, 0b11, 1000)],
                Shapes = [new WorkerShape { CpuMilli = 2000, MemoryMiB = 100, Gpus = 2, Extended = [new ExtendedAmount("rdma/hca", 1)] }],
            },
        ],
        Version = 5,
        Epoch = 1,
    };

    /// <summary>One worker per node, rank by rank, each with GPUs 0 and 5.</summary>
    public static GangPlacement Placement(params (string Rack, int Workers)[] racks)
    {
        var rank = 0;
        return new GangPlacement
        {
            Racks = [.. racks.Select(r => new RackSlice { Rack = new RackId(r.Rack), Workers = [.. Enumerable.Range(0, r.Workers).Select(slot => new WorkerSlot(0, rank++, slot, 0b10_0001, 1000))] })],
        };
    }
}
