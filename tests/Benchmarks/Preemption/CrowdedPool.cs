using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Reservations;

namespace Benchmarks.Preemption;

/// <summary>
/// A full, aged pool of 8-GPU nodes in racks of 32 and blocks of 8 racks: gangs of 1–16 whole nodes and jobs of 1–8 GPUs, as many of them
/// victims as wanted, here and there; the rest belongs to jobs that nobody may evict.
/// </summary>
internal sealed class CrowdedPool
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly Random random = new(42);
    private int number;

    public CrowdedPool(int nodes, int victims)
    {
        for (var start = 0; start < nodes; start += 32) Index.SetRack(Rack(start / 32, Math.Min(32, nodes - start)));
        var gangs = new List<Victim>();
        for (var round = 0; round < 6; round++)
        {
            Fill(gangs);
            if (round == 5) break;
            // Age: half of them end, here and there, and what comes next goes into the gaps.
            Shuffle(gangs);
            foreach (var gone in gangs.GetRange(0, gangs.Count / 2)) Index.Release(gone.Placement, gone.Roles);
            gangs.RemoveRange(0, gangs.Count / 2);
        }

        while (Index.TryPlace(Gang(1, 1)) is PlacementAnswer.Placed rest) gangs.Add(Attempt(number++, rest.Placement, Gang(1, 1)));
        All = gangs.Count;
        Shuffle(gangs);
        Victims = gangs.GetRange(0, Math.Min(victims, gangs.Count));
        Running = [.. Victims.Select(v =>
        {
            var p90 = random.Next(30, 86_400);
            return new RunningGang { Attempt = v.Attempt, Placement = v.Placement, Roles = v.Roles, P50End = Now.AddSeconds(p90 / 2), P90End = Now.AddSeconds(p90) };
        })];
    }

    public PlacementIndex Index { get; } = new();

    /// <summary>Attempts that run, whoever may be evicted.</summary>
    public int All { get; }

    public List<Victim> Victims { get; }

    public List<RunningGang> Running { get; }

    public int NodesHeld => Victims.Sum(v => v.Placement.Racks.Sum(r => r.Workers.Length));

    public static GangRequest Gang(int workers, int gpus, TopologyLevel required = TopologyLevel.None) => new()
    {
        Roles = [new RoleSpec { Name = "worker", Count = workers, Shape = new WorkerShape { Gpus = gpus, CpuMilli = gpus * 12_000, MemoryMiB = gpus * 200_000 } }],
        Topology = new TopologyRule { Required = required },
    };

    /// <summary>At most one worker in a rack.</summary>
    public static GangRequest Apart(int workers)
    {
        var gang = Gang(workers, 8);
        return gang with { Roles = [gang.Roles[0] with { AntiAffinity = new AntiAffinityRule { Level = TopologyLevel.Rack, MaxPerDomain = 1 } }] };
    }

    public static GangRequest Sliced(int workers, int size)
    {
        var gang = Gang(workers, 8);
        return gang with { Roles = [gang.Roles[0] with { Slices = new SliceRule { Level = TopologyLevel.Rack, Size = size } }] };
    }

    /// <summary>Workers and, in each rack, one more that needs no GPU.</summary>
    public static GangRequest TwoRoles(int workers, TopologyLevel required) => new()
    {
        Roles =
        [
            Gang(workers, 8).Roles[0] with { Shape = new WorkerShape { Gpus = 8, CpuMilli = 64_000, MemoryMiB = 1_000_000 } },
            new RoleSpec { Name = "launcher", Count = 1, Shape = new WorkerShape { Gpus = 0, CpuMilli = 16_000, MemoryMiB = 100_000 } },
        ],
        Topology = new TopologyRule { Required = required },
    };

    private void Fill(List<Victim> gangs)
    {
        for (var misses = 0; misses < 20;)
        {
            var request = random.Next(3) == 0 ? Gang(1 << random.Next(5), 8) : Gang(1, 1 << random.Next(4));
            if (Index.TryPlace(request) is PlacementAnswer.Placed placed) gangs.Add(Attempt(number++, placed.Placement, request));
            else misses++;
        }
    }

    private void Shuffle(List<Victim> gangs)
    {
        for (var i = gangs.Count - 1; i > 0; i--)
        {
            var other = random.Next(i + 1);
            (gangs[i], gangs[other]) = (gangs[other], gangs[i]);
        }
    }

    private Victim Attempt(int number, GangPlacement placement, GangRequest request) => new()
    {
        Attempt = new AttemptId(new JobId($"job-{number:D6}"), 1),
        Placement = placement,
        Roles = request.Roles,
        StartedAt = Now.AddSeconds(-random.Next(3600, 100_000)),
        LastCheckpointAt = Now.AddSeconds(-random.Next(0, 1800)),
    };

    private static RackView Rack(int number, int nodes) => new()
    {
        Schedulable = ulong.MaxValue,
        Allocations = [],
        Version = 1,
        Epoch = 1,
        Spec = new RackSpec
        {
            Rack = new RackId($"pool/rack-{number:D5}"),
            Block = $"block-{number / 8:D4}",
            Nodes = [.. Enumerable.Range(0, nodes).Select(i => new NodeSpec { Name = new NodeId($"n-{number:D5}-{i:D2}"), Gpus = 8, GpuModel = "H100", CpuMilli = 96_000, MemoryMiB = 1_900_000 })],
        },
    };
}
