using System.Globalization;
using Benchmarks.Brain;
using Scheduling.Model;
using Scheduling.Placement;

namespace Benchmarks.Placement;

/// <summary>
/// Gangs under rules, in a pool that is 94 % full of gangs of whole nodes: place + release, with one node of the pool changing hands before each,
/// so that nothing can be remembered from the last time.
/// </summary>
internal sealed class RuleRows
{
    private const int NodesPerRack = 18;
    private static readonly JobId Set = new("service");
    private readonly PlacementIndex index = new();
    private readonly PlacementBuffer buffer = new();
    private readonly PlacementBuffer other = new();
    private readonly GangRequest single;

    private RuleRows(int nodes, int racksPerBlock)
    {
        for (var rack = 0; rack * NodesPerRack < nodes; rack++) index.SetRack(Rack(rack, Math.Min(NodesPerRack, nodes - rack * NodesPerRack), racksPerBlock));
        single = Gang(1, 8);
        var random = new Random(42);
        var held = new List<PlacementBuffer>();
        for (var most = 9; index.Totals.FreeWholeNodes > nodes * 0.06;)
        {
            var place = new PlacementBuffer();
            if (index.TryPlace(Gang(1 << random.Next(most + 1), 8), place)) held.Add(place);
            else if (most > 0) most--;
        }

        // Grows old: a tenth leaves, others come.
        foreach (var gone in held.Where(_ => random.Next(10) == 0).ToList()) index.Release(gone);
        while (index.Totals.FreeWholeNodes > nodes * 0.06 && index.TryPlace(Gang(1 << random.Next(4), 8), new PlacementBuffer())) _ = index.Totals;
        for (var i = 0; i < 200; i++)
        {
            if (!index.TryPlace(Spread(required: false), other)) break;
            index.JoinSet(Set, new RackSlice { Rack = other.RackOf(0), Workers = [other.Workers[0]] });
            index.Release(other);
        }
    }

    public static void Run(TextWriter output, int[] sizes, int batches, Lines floors)
    {
        output.WriteLine();
        output.WriteLine("| under rules: racks of 18, two spares each, NVLink domains of 9 | nodes | µs |");
        output.WriteLine("|---|---:|---:|");
        double slowest = 0, never = 0;
        foreach (var nodes in sizes)
        {
            var rows = new RuleRows(nodes, nodes >= 100_000 ? 28 : 14);
            foreach (var (name, request, fits, within) in rows.Work(nodes))
            {
                var micros = Drivers.Repeat(batches, Math.Max(20, 200_000 / nodes), () => rows.Once(request, fits, within)) / 1000;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {nodes:N0} | {micros:N1} |"));
                if (nodes != 7_500) continue;
                if (fits) slowest = Math.Max(slowest, micros);
                else never = Math.Max(never, micros);
            }
        }

        floors.AtMost("placement: slowest gang under rules, 7,500 nodes", slowest, Floors.RulesMicros, " µs", "N1");
        floors.AtMost("placement: slowest \"never\" with its cause, 7,500 nodes", never, Floors.NeverMicros, " µs", "N1");
    }

    private IEnumerable<(string Name, GangRequest Request, bool Fits, PlacementScope? Within)> Work(int nodes)
    {
        // A rack that has nothing but its spares.
        var full = PlacementScope.OnRack(index.Racks.First(r => r.FreeWholeNodes == 0).Rack);
        yield return ("no rule: gang of 16 nodes", Gang(16, 8), true, null);
        yield return ("slices of 4 nodes by rack, gang of 16", Gang(16, 8, r => r with { Slices = new SliceRule { Size = 4, Level = TopologyLevel.Rack } }), true, null);
        yield return ("slices of 1 by rack, balanced, gang of 16", Gang(16, 8, r => r with { Slices = new SliceRule { Size = 1, Level = TopologyLevel.Rack } }), true, null);
        yield return ("anti-affinity, 1 a rack, gang of 2", Gang(2, 8, r => r with { AntiAffinity = new AntiAffinityRule { Level = TopologyLevel.Rack, MaxPerDomain = 1 } }), true, null);
        yield return ("spread over racks, 200 replicas, one more", Spread(required: false), true, null);
        yield return ("an NVLink domain, gang of 2 nodes", Gang(2, 8) with { Topology = new TopologyRule { Required = TopologyLevel.NvlinkDomain } }, true, null);
        yield return ("a replacement from the spares of one rack", single with { MayUseSpares = true }, true, full);
        yield return ("never: a gang larger than the pool", Gang(nodes + 1, 8), false, null);
        yield return ("never: slices larger than any rack", Gang(38, 8, r => r with { Slices = new SliceRule { Size = 19, Level = TopologyLevel.Rack } }), false, null);
    }

    private void Once(GangRequest request, bool fits, PlacementScope? within)
    {
        if (!index.TryPlace(single, other)) throw new InvalidOperationException("the pool is full");
        if (fits)
        {
            if (within is not null)
            {
                if (!index.Fits(request, within)) throw new InvalidOperationException($"{request.Roles[0]} did not fit");
            }
            else if (!index.TryPlace(request, buffer))
            {
                throw new InvalidOperationException($"{request.Roles[0]} did not fit");
            }
            else
            {
                index.Release(buffer);
            }
        }
        else if (index.TryPlace(request) is not PlacementAnswer.Never)
        {
            throw new InvalidOperationException("it must never fit");
        }

        index.Release(other);
    }

    private static GangRequest Spread(bool required) =>
        Gang(1, 1) with { Spread = new SpreadGroup(Set, TopologyLevel.Rack, required) };

    private static GangRequest Gang(int workers, int gpus, Func<RoleSpec, RoleSpec>? change = null)
    {
        var role = new RoleSpec
        {
            Name = "worker",
            Count = workers,
            Shape = new WorkerShape { Gpus = gpus, CpuMilli = gpus * 12_000, MemoryMiB = gpus * 200_000 },
        };
        return new GangRequest { Roles = [change?.Invoke(role) ?? role] };
    }

    private static RackView Rack(int number, int nodes, int racksPerBlock) => new()
    {
        Schedulable = ulong.MaxValue,
        Allocations = [],
        Version = 1,
        Epoch = 1,
        Spec = new RackSpec
        {
            Rack = new RackId($"pool/rack-{number:D5}"),
            Block = $"block-{number / racksPerBlock:D4}",
            Spares = 2,
            Nodes = [.. Enumerable.Range(0, nodes).Select(i => new NodeSpec
            {
                Name = new NodeId($"node-{number:D5}-{i:D2}"),
                Gpus = 8,
                GpuModel = "H100",
                CpuMilli = 96_000,
                MemoryMiB = 1_900_000,
                Domain = i < NodesPerRack / 2 ? "left" : "right",
            })],
        },
    };
}
