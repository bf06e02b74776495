using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;

namespace Benchmarks.Decisions;

/// <summary>
/// The production machine of a pool that is 94 % full of gangs, with a queue of jobs that do not fit: every one of them asks for
/// something else, on one of 64 accounts, so that none stands for another.
/// </summary>
internal sealed class CrowdedPool
{
    private const int NodesPerRack = 32;
    private const int RacksPerBlock = 8;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private int _jobs;

    public CrowdedPool(int nodes, int pending)
    {
        Nodes = nodes;
        Machine = new PoolMachine(new PoolId("p"), new PoolLimits { MaxPendingJobs = int.MaxValue, MaxPendingPerTenant = int.MaxValue, MaxPlacing = int.MaxValue });
        Machine.BeginEpoch();
        for (var rack = 0; rack * NodesPerRack < nodes; rack++)
        {
            Machine.SeeRack(Rack(rack, Math.Min(NodesPerRack, nodes - (rack * NodesPerRack))));
        }

        Fill();
        for (var i = 0; i < pending; i++)
        {
            Last = Enqueue(Job(workers: Math.Max(2, nodes / 10), cpuMilli: 2000 + i, account: i % 64, model: "H100")).Job;
        }

        if (Machine.Plan(1).Count > 0)
        {
            throw new InvalidOperationException("one of those that should wait was planned");
        }

        Settle();
    }

    public PoolMachine Machine { get; }

    public int Nodes { get; }

    public DateTimeOffset Now { get; private set; } = Start;

    /// <summary>A job that fits arrives behind all others, is planned, and leaves again.</summary>
    public void PlaceOne()
    {
        var attempt = Enqueue(Job(workers: 1, cpuMilli: 1000, account: 7, model: "H100", gpus: 1));
        var planned = Machine.Plan(1);
        if (planned.Count != 1 || planned[0].Id != attempt)
        {
            throw new InvalidOperationException($"{attempt} was not planned at once");
        }

        Machine.Commit(planned[0].Ref);
        Machine.End(attempt);
        foreach (var over in Machine.TakeFreeing())
        {
            Machine.Free(over.Ref);
        }

        Settle();
    }

    /// <summary>A gang that can never fit arrives, is looked at, and leaves.</summary>
    public void RefuseOne()
    {
        var attempt = Enqueue(Job(workers: NodesPerRack + 1, cpuMilli: 1000, account: 9, model: "H100") with
        {
            Topology = new TopologyRule { Required = TopologyLevel.Rack },
        });
        if (Machine.Plan(1).Count != 0)
        {
            throw new InvalidOperationException("an impossible gang was planned");
        }

        Machine.End(attempt);
        Settle();
    }

    /// <summary>The last job of the queue, whose place depends on all others.</summary>
    public JobId Last { get; }

    public int Explain() => Machine.Explain(Last, _ => true)!.QueueLength;

    /// <summary>A large gang that does not fit now, waiting behind the others.</summary>
    public JobId Hero()
    {
        var attempt = Enqueue(Job(workers: Nodes / 4, cpuMilli: 1000, account: 3, model: "H100"));
        _ = Machine.Plan(1);
        Settle();
        return attempt.Job;
    }

    private void Settle() => _ = Machine.TakeEntries();

    private AttemptId Enqueue(JobSpec spec)
    {
        Now += TimeSpan.FromMilliseconds(1);
        var attempt = new AttemptId(new JobId($"j{_jobs++:D8}"), 1);
        Machine.Advance(Now);
        Machine.Enqueue(attempt, spec, Now);
        return attempt;
    }

    private void Fill()
    {
        int[] sizes = [1, 2, 4, 8, 16, 32, 64, 128];
        var left = (int)(Nodes * 0.94);
        for (var i = 0; left > 0; i++)
        {
            var workers = Math.Min(left, sizes[i % sizes.Length]);
            left -= workers;
            Enqueue(Job(workers, cpuMilli: 1000, account: i % 64, model: "H100"));
        }

        while (Machine.Plan(256) is { Count: > 0 } planned)
        {
            foreach (var attempt in planned)
            {
                Machine.Commit(attempt.Ref);
            }
        }
    }

    private static JobSpec Job(int workers, long cpuMilli, int account, string model, int gpus = 8) => new()
    {
        Name = "job",
        Tenant = new TenantId("t"),
        User = "u",
        Quota = new QuotaPath($"c/team{account / 8}/user{account}"),
        Pool = new PoolId("p"),
        Roles =
        [
            new RoleSpec
            {
                Name = "worker", Count = workers, Shape = new WorkerShape { CpuMilli = cpuMilli, MemoryMiB = 1024, Gpus = gpus, GpuModels = [model] },
            },
        ],
    };

    private static RackView Rack(int rack, int nodes) => new()
    {
        Spec = new RackSpec
        {
            Rack = new RackId($"p/r{rack:D5}"),
            Block = $"b{rack / RacksPerBlock:D4}",
            Nodes =
            [
                .. Enumerable.Range(0, nodes).Select(i => new NodeSpec
                {
                    Name = new NodeId($"r{rack:D5}n{i:D2}"), CpuMilli = 192_000, MemoryMiB = 2_000_000, Gpus = 8, GpuModel = "H100",
                }),
            ],
        },
        Schedulable = nodes == 64 ? ulong.MaxValue : (1UL << nodes) - 1,
        Allocations = ImmutableArray<RackAllocation>.Empty,
        Version = 1,
        Epoch = 0,
    };
}
