using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Placement.Policies;

namespace Benchmarks.OpenB;

/// <summary>
/// The pods on the index that a pool runs, made as a pool makes it: the nodes in racks, each pod a gang of one worker, one at a time, none leaves.
/// It knows nothing but what has arrived.
/// </summary>
internal sealed class OpenbProduct
{
    /// <summary>Any size that a rack may have would do: pods of one worker ask for no rack.</summary>
    private const int NodesPerRack = 32;

    private const int RacksPerBlock = 8;

    private readonly PlacementIndex index;
    private readonly Dictionary<WorkerShape, GangRequest> requests = [];
    private readonly PlacementBuffer buffer = new();
    private readonly long gpuMilli;

    /// <param name="nodes">In tie-break order.</param>
    /// <param name="policy">As an operator names it; null: as it is when nothing is configured.</param>
    public OpenbProduct(OpenbNode[] nodes, IScoringPolicy? policy = null)
    {
        index = new PlacementIndex(policy);
        gpuMilli = AllocationCurve.MilliOf(nodes);
        foreach (var (rack, i) in nodes.Chunk(NodesPerRack).Select((r, i) => (r, i))) index.SetRack(Rack(rack, i));
    }

    /// <summary>Allocated GPU in per cent at every per cent of arrived GPU; NaN where no arrival fell.</summary>
    public double[] Run(IEnumerable<WorkerShape> pods)
    {
        var curve = new AllocationCurve(gpuMilli);
        foreach (var pod in pods) curve.Add(pod, index.TryPlace(RequestOf(pod), buffer));
        return curve.Points;
    }

    private GangRequest RequestOf(WorkerShape pod) =>
        requests.TryGetValue(pod, out var known) ? known : requests[pod] = new GangRequest { Roles = [new RoleSpec { Name = "worker", Count = 1, Shape = pod }] };

    private static RackView Rack(OpenbNode[] nodes, int number) => new()
    {
        Schedulable = ulong.MaxValue >> (64 - nodes.Length),
        Allocations = [],
        Version = 1,
        Epoch = 1,
        Spec = new RackSpec
        {
            Rack = new RackId($"openb/rack-{number:D3}"),
            Block = $"block-{number / RacksPerBlock:D2}",
            Nodes = [.. nodes.Select(n => new NodeSpec { Name = new NodeId(n.Name), CpuMilli = n.CpuMilli, MemoryMiB = n.MemoryMiB, Gpus = n.Gpus, GpuModel = n.Model })],
        },
    };
}
