using Scheduling.Model;
using Scheduling.Placement;

namespace Benchmarks.Placement;

/// <summary>The product's index, through its buffer or through lasting placements, with or without labels, taints and a block preference.</summary>
internal sealed class ProductContender : IContender
{
    private static readonly Label Fabric = new("fabric", "ib");
    private static readonly Label Dedicated = new("dedicated", "training");
    private readonly PlacementIndex index = new();
    private readonly PlacementBuffer?[] buffers;
    private readonly GangPlacement?[] placements;
    private readonly GangRequest?[] live;
    private readonly GangRequest?[] whole = new GangRequest?[1025];
    private readonly GangRequest?[] parts = new GangRequest?[8];
    private readonly Single[] singles;
    private readonly PlacementBuffer shared = new();
    private readonly bool lasting;
    private readonly bool constrained;

    public ProductContender(int nodes, int gangLimit, bool lasting = false, bool constrained = false, int racksPerBlock = 8)
    {
        this.lasting = lasting;
        this.constrained = constrained;
        buffers = new PlacementBuffer?[lasting ? 0 : gangLimit];
        singles = new Single[lasting ? 0 : gangLimit];
        placements = new GangPlacement?[gangLimit];
        live = new GangRequest?[gangLimit];
        for (var start = 0; start < nodes; start += 32) index.SetRack(Rack(start / 32, Math.Min(32, nodes - start), racksPerBlock));
        if (index.Totals.Nodes != nodes) throw new InvalidOperationException("wrong pool");
    }

    public bool Place(int gang, int workers, int gpus)
    {
        var request = gpus == 8 ? whole[workers] ??= Make(workers, gpus) : parts[gpus] ??= Make(workers, gpus);
        if (!lasting && workers == 1)
        {
            // Hundreds of thousands of single workers are kept as a caller in a hurry would: in one array.
            if (!index.TryPlace(request, shared)) return false;
            singles[gang] = new Single(shared.RackOf(0), request, shared.Workers[0]);
            return true;
        }

        if (!lasting) return index.TryPlace(request, buffers[gang] ??= new PlacementBuffer());
        if (index.TryPlace(request) is not PlacementAnswer.Placed placed) return false;
        (placements[gang], live[gang]) = (placed.Placement, request);
        return true;
    }

    public void Release(int gang)
    {
        if (lasting) index.Release(placements[gang]!, live[gang]!.Roles);
        else if (buffers[gang] is { WorkerCount: > 0 } buffer) index.Release(buffer);
        else index.Release(singles[gang].Rack, new ReadOnlySpan<WorkerSlot>(in singles[gang].Worker), singles[gang].Request.Roles[0].Shape);
    }

    public void CouldFit(int workers, int gpus)
    {
        Change();
        _ = index.CouldFitNow(whole[workers] ??= Make(workers, gpus));
    }

    public void Diagnose(int workers, int gpus)
    {
        Change();
        _ = index.Diagnose(whole[workers] ??= Make(workers, gpus));
    }

    private void Change()
    {
        if (!Place(singles.Length - 1, 1, 1)) throw new InvalidOperationException("did not fit");
        Release(singles.Length - 1);
    }

    private GangRequest Make(int workers, int gpus) => new()
    {
        Roles =
        [
            new RoleSpec
            {
                Name = "worker",
                Count = workers,
                Shape = new WorkerShape
                {
                    Gpus = gpus,
                    CpuMilli = gpus * 12_000,
                    MemoryMiB = gpus * 200_000,
                    GpuModels = constrained ? ["H100"] : [],
                    NodeSelector = constrained ? [Fabric] : [],
                    Tolerations = constrained ? [Dedicated] : [],
                },
            },
        ],
        Topology = constrained ? new TopologyRule { Preferred = TopologyLevel.Block } : TopologyRule.None,
    };

    private RackView Rack(int number, int nodes, int racksPerBlock) => new()
    {
        Schedulable = ulong.MaxValue,
        Allocations = [],
        Version = 1,
        Epoch = 1,
        Spec = new RackSpec
        {
            Rack = new RackId($"pool/rack-{number:D5}"),
            Block = $"block-{number / racksPerBlock:D4}",
            Nodes = [.. Enumerable.Range(0, nodes).Select(i => new NodeSpec
            {
                Name = new NodeId($"node-{number:D5}-{i:D2}"),
                Gpus = 8,
                GpuModel = "H100",
                CpuMilli = 96_000,
                MemoryMiB = 1_900_000,
                Labels = [Fabric],
                // Each tenth node is another kind: the mask of kinds is no longer all ones.
                Taints = constrained && (number * 32 + i) % 10 == 0 ? [Dedicated] : [],
            })],
        },
    };

    private readonly struct Single(RackId rack, GangRequest request, WorkerSlot worker)
    {
        public readonly RackId Rack = rack;
        public readonly GangRequest Request = request;
        public readonly WorkerSlot Worker = worker;
    }
}
