using System.Collections.Immutable;
using Benchmarks.Traces;
using Scheduling.Model;
using Scheduling.Order.Replay;
using Scheduling.WhatIf;

namespace Benchmarks.WhatIf;

/// <summary>
/// Two days of a pool of 5,000 nodes, made of real ones: 62 clusters of 80 nodes each live two days of the Venus traces that follow each other, every one of
/// them other days. Sizes, times of arrival and run times are the trace's; accounts (16 teams) and priorities (every twentieth job is urgent) are ours,
/// for the trace names none.
/// </summary>
internal sealed class TraceDays
{
    public const int Nodes = 5000;
    private const int NodesPerRack = 32;
    private const int RacksPerBlock = 8;
    /// <summary>Days of a month that have a next one.</summary>
    private const int Days = 29;
    private const int Teams = 16;
    private const long Day = 86_400;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<(DateTimeOffset At, AttemptId Id, JobSpec Spec, TimeSpan Runs)> _jobs = [];

    /// <param name="clusters">So many clusters of 80 nodes send their jobs.</param>
    public TraceDays(int clusters)
    {
        var files = new TraceFiles();
        var months = new[] { "venus_04_80n", "venus_05_80n", "venus_06_80n" }.Select(m => files.Load(m).Jobs.ToLookup(j => j.SubmitAt / Day)).ToArray();
        for (var cluster = 0; cluster < clusters; cluster++)
        {
            var (month, day) = (months[cluster % months.Length], cluster / months.Length % Days);
            foreach (var job in month[day].Concat(month[day + 1]))
            {
                Add(cluster, job, job.SubmitAt - (day * Day));
            }
        }
    }

    public static DateTimeOffset Yesterday => Start;

    public static DateTimeOffset Today => Start.AddDays(1);

    public static DateTimeOffset Tomorrow => Start.AddDays(2);

    public static ImmutableArray<RackView> Racks { get; } = [.. Enumerable.Range(0, (Nodes + NodesPerRack - 1) / NodesPerRack).Select(Rack)];

    /// <summary>What came on the first day, or on the second.</summary>
    public WhatIfPast Past(DateTimeOffset from) => new()
    {
        From = from, Until = from.AddDays(1), Runs = _jobs.Where(j => j.At < from).ToImmutableDictionary(j => j.Id.Job, j => new WhatIfRuns(j.Runs, default)),
        Arrivals =
        [
            .. _jobs.Where(j => j.At >= from && j.At < from.AddDays(1)).OrderBy(j => j.At).ThenBy(j => j.Id.Job)
                .Select(j => new WhatIfArrival { Attempt = j.Id, Spec = j.Spec, SubmittedAt = j.At, At = j.At, Runs = new WhatIfRuns(j.Runs, default) }),
        ],
    };

    public static JobSpec Job(string name, int gpus, int team, string user, int priority) => new()
    {
        Name = name,
        Tenant = new TenantId($"team{team:D2}"),
        User = user,
        Quota = new QuotaPath($"c/team{team:D2}/{user}"),
        Pool = new PoolId("p"),
        Priority = priority,
        Roles =
        [
            new RoleSpec
            {
                Name = "worker", Count = gpus <= 8 ? 1 : (gpus + 7) / 8,
                Shape = new WorkerShape { CpuMilli = 4000L * Math.Min(gpus, 8), MemoryMiB = 32_768L * Math.Min(gpus, 8), Gpus = Math.Min(gpus, 8) },
            },
        ],
    };

    private void Add(int cluster, ReplayJob job, long at)
    {
        var number = _jobs.Count;
        var gpus = (int)Math.Clamp(job.Gpus, 1, 512);
        var spec = Job($"job-{gpus}", gpus, cluster % Teams, $"u{cluster}", number % 20 == 0 ? 500 : 0);
        _jobs.Add((Start.AddSeconds(at), new AttemptId(new JobId($"j{number:D7}"), 1), spec, TimeSpan.FromSeconds(Math.Max(1, job.Duration))));
    }

    private static RackView Rack(int rack)
    {
        var nodes = Math.Min(NodesPerRack, Nodes - (rack * NodesPerRack));
        return new RackView
        {
            Spec = new RackSpec
            {
                Rack = new RackId($"p/r{rack:D5}"), Block = $"b{rack / RacksPerBlock:D4}",
                Nodes =
                [
                    .. Enumerable.Range(0, nodes).Select(i => new NodeSpec
                    {
                        Name = new NodeId($"r{rack:D5}n{i:D2}"), CpuMilli = 192_000, MemoryMiB = 2_000_000, Gpus = 8, GpuModel = "V100",
                    }),
                ],
            },
            Schedulable = (1UL << nodes) - 1,
            Allocations = [],
            Version = 1,
            Epoch = 0,
        };
    }
}
