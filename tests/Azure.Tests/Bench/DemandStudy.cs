using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Azure.Tests.Bench;

/// <summary>A month of demand against a cost model: fixed capacity, a policy after Cluster Autoscaler's defaults, and the planner.</summary>
internal static class DemandStudy
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PoolId s_pool = new("gpu");

    public static async Task Run(string[] files, TextWriter output)
    {
        await output.WriteLineAsync("| trace | policy | GPU-hours paid | of these idle | wait mean, s | p50 | p99 | waits over 15 min |\n|---|---|---|---|---|---|---|---|");
        foreach (var file in files)
        {
            var jobs = StudyJob.Read(file, 30);
            var nodes = NodesAt(jobs, 1.0);
            (string Name, Func<StudyResult> Run)[] policies =
            [
                ($"fixed, the peak ({nodes} nodes)", () => Fixed(jobs, nodes)),
                ($"fixed, 95 % of the hours ({NodesAt(jobs, 0.95)} nodes)", () => Fixed(jobs, NodesAt(jobs, 0.95))),
                ("after Cluster Autoscaler", () => Autoscaler(jobs)),
                ("planner", () => Planner(jobs, new ScalePolicy { IdleAfter = TimeSpan.FromMinutes(10) })),
                ("planner, 4 nodes kept ready", () => Planner(jobs, new ScalePolicy { IdleAfter = TimeSpan.FromMinutes(10), Warm = [new WarmRule { Machines = 4 }] })),
            ];
            foreach (var (name, run) in policies)
            {
                var r = run();
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"| {Path.GetFileNameWithoutExtension(Path.GetFileNameWithoutExtension(file))} ({jobs.Count} jobs) | {name} | {r.Paid:f0} | {r.Idle:f0} ({r.Idle / r.Paid:p0}) | {r.Mean:f0} | {r.P50:f0} | {r.P99:f0} | {r.Late:p1} |"));
            }
        }
    }

    /// <summary>Nodes that would be enough in this part of all hours, if every job started at once and GPUs could be packed without loss.</summary>
    private static int NodesAt(List<StudyJob> jobs, double part)
    {
        var hours = new double[(int)(jobs[^1].Submit / 3600) + 1];
        foreach (var job in jobs)
        {
            for (var hour = (int)(job.Submit / 3600); hour < hours.Length && hour * 3600.0 < job.Submit + job.Duration; hour++)
            {
                hours[hour] += job.Workers * job.Gpus * (Math.Min((hour + 1) * 3600.0, job.Submit + job.Duration) - Math.Max(hour * 3600.0, job.Submit)) / 3600;
            }
        }

        Array.Sort(hours);
        return Math.Max((int)Math.Ceiling(hours[(int)((hours.Length - 1) * part)] / StudyJob.NodeGpus), jobs.Max(j => j.Workers));
    }

    private static StudyResult Fixed(List<StudyJob> jobs, int nodes)
    {
        var world = new StudyWorld(jobs, seed: 1);
        for (var i = 0; i < nodes; i++)
        {
            world.Add(0, 0);
        }

        return world.Run();
    }

    /// <summary>Cluster Autoscaler's defaults: a scan every 10 s, no return within 10 min of a purchase, idle for 10 min, an offering that gives nothing is given up after 15 min and left for 5.</summary>
    private static StudyResult Autoscaler(List<StudyJob> jobs)
    {
        var world = new StudyWorld(jobs, seed: 1);
        double barred = 0, added = double.MinValue;
        var missing = 0;
        world.Refused = (_, machines) => world.At(world.Now + 900 - StudyWorld.ErrorAfter, () => (missing, barred) = (missing - machines, world.Now + 300));
        world.Every(10, () =>
        {
            var coming = world.Live.Count(n => !n.IsUp) + missing;
            var needed = EmptyNodesFor(world.Pending) - coming - world.Live.Count(n => n.IsUp && n.Free == StudyJob.NodeGpus);
            if (needed > 0)
            {
                added = world.Now;
                var set = barred > world.Now ? 1 : 0;
                var before = world.Nodes.Count;
                world.Buy(set, needed);
                missing += world.Nodes.Count == before ? needed : 0;
            }

            if (world.Now - added > 600)
            {
                foreach (var idle in world.Live.Where(n => n.IsUp && world.Now - n.IdleSince >= 600).ToList())
                {
                    world.Return(idle);
                }
            }
        });
        return world.Run();
    }

    private static int EmptyNodesFor(IEnumerable<StudyJob> pending)
    {
        var whole = 0;
        List<int> open = [];
        foreach (var job in pending)
        {
            if (job.Gpus == StudyJob.NodeGpus)
            {
                whole += job.Workers;
                continue;
            }

            var at = open.FindIndex(f => f >= job.Gpus);
            if (at >= 0)
            {
                open[at] -= job.Gpus;
            }
            else
            {
                open.Add(StudyJob.NodeGpus - job.Gpus);
            }
        }

        return whole + open.Count;
    }

    /// <summary>The product's planner, asked when a job waits and once a minute; what Azure says is acted on a second later.</summary>
    private static StudyResult Planner(List<StudyJob> jobs, ScalePolicy policy)
    {
        var world = new StudyWorld(jobs, seed: 1);
        OfferedSet[] sets = [Set("first", 0), Set("second", 1)];
        var under = new int[2];
        void Plan()
        {
            var plan = ScalePlanner.Plan(Scene(world, sets, policy));
            foreach (var gone in plan.Returns)
            {
                var set = gone.Set == "first" ? 0 : 1;
                world.Return(world.Nodes[int.Parse(gone.Instance, CultureInfo.InvariantCulture)]);
                sets[set] = sets[set] with { State = sets[set].State with { Wanted = sets[set].State.Wanted - 1 } };
            }

            foreach (var want in plan.Wants)
            {
                var set = want.Set == "first" ? 0 : 1;
                sets[set] = sets[set] with { State = sets[set].State with { Wanted = want.Capacity } };
                var more = want.Capacity - world.Live.Count(n => n.Set == set) - under[set];
                if (more > 0)
                {
                    var before = world.Nodes.Count;
                    world.Buy(set, more);
                    under[set] += world.Nodes.Count == before ? more : 0;
                }
            }
        }

        world.Refused = (set, machines) =>
        {
            under[set] -= machines;
            sets[set] = sets[set] with { State = sets[set].State with { BackOff = new ScaleSetBackOff { Failure = ScaleFailure.Allocation, Failures = 1, Until = s_start.AddSeconds(world.Now + 300) } } };
            world.At(world.Now + 1, Plan);
        };
        world.Changed = () =>
        {
            if (world.Pending.Any())
            {
                Plan();
            }
        };
        world.Every(60, Plan);
        return world.Run();
    }

    private static OfferedSet Set(string name, int set) => new()
    {
        Offer = new ScaleOffer
        {
            Set = name, Offering = new OfferingKey("gpu", $"{set}", false), Block = name, Ceiling = 1000,
            Node = new NodeSpec { Name = new NodeId(""), CpuMilli = 1_000_000, MemoryMiB = 1_000_000, Gpus = StudyJob.NodeGpus, GpuModel = "G" },
        },
        State = new ScaleSetState { Spec = new ScaleSetSpec { Id = name, Pool = s_pool, Ceiling = 1000 } },
    };

    private static ScaleScene Scene(StudyWorld world, OfferedSet[] sets, ScalePolicy policy)
    {
        var live = world.Live.ToList();
        var up = live.Where(n => n.IsUp).ToList();
        return new ScaleScene
        {
            Now = s_start.AddSeconds(world.Now),
            Policy = policy,
            Sets = [.. sets.Select((s, i) => s with { Instances = [.. live.Where(n => n.Set == i).Select(ToInstance)] })],
            IdleSince = up.Where(n => n.IdleSince < double.MaxValue).ToImmutableDictionary(n => NameOf(n), n => s_start.AddSeconds(n.IdleSince)),
            Demand = new ScaleDemand
            {
                Version = 1,
                Gangs = [.. world.Pending.Take(256).Select(ToGang)],
                Racks = [.. up.GroupBy(n => (n.Set, n.Number / 64)).Select(g => ToRack(sets[g.Key.Set], [.. g]))],
            },
        };
    }

    private static IdleRack ToRack(OfferedSet set, List<StudyNode> nodes) => new()
    {
        Spec = new RackSpec
        {
            Rack = RackId.Of(s_pool, $"{set.Offer.Set}-{nodes[0].Number / 64}"), Block = set.Offer.Block, Nodes = [.. nodes.Select(n => set.Offer.Node with { Name = NameOf(n) })],
        },
        Idle = nodes.Select((n, slot) => n.Free == StudyJob.NodeGpus ? 1UL << slot : 0).Aggregate(0UL, (a, b) => a | b),
    };

    private static ScaleSetInstance ToInstance(StudyNode node) => new()
    {
        Id = node.Number.ToString(CultureInfo.InvariantCulture), Node = NameOf(node), State = node.IsUp ? InstanceState.Running : InstanceState.Creating, CreatedAt = s_start.AddSeconds(node.Bought), HasJoined = node.IsUp,
    };

    private static PendingGang ToGang(StudyJob job) => new()
    {
        Attempt = new AttemptId(new JobId($"j{job.Id}"), 1),
        Spec = new JobSpec
        {
            Name = "j", Tenant = new TenantId("t"), User = "u", Quota = new QuotaPath("c"), Pool = s_pool,
            Roles = [new RoleSpec { Name = "w", Count = job.Workers, Shape = new WorkerShape { CpuMilli = 0, MemoryMiB = 0, Gpus = job.Gpus } }],
        },
    };

    private static NodeId NameOf(StudyNode node) => new($"n{node.Number:d6}");
}
