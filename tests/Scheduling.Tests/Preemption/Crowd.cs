using System.Globalization;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Tests.Placement;

namespace Scheduling.Tests.Preemption;

/// <summary>A pool with placed gangs that may have to go.</summary>
internal sealed class Crowd
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    public static readonly PreemptionOptions Options = new() { Now = Now };

    public Crowd(PlacementIndex index) => Index = index;

    public PlacementIndex Index { get; }

    public List<Victim> Victims { get; } = [];

    /// <summary>An empty pool: so many blocks of so many racks of so many 8-GPU nodes.</summary>
    public static Crowd Empty(int blocks, int racks, int nodes)
    {
        var text = string.Join('\n', Enumerable.Range(0, blocks * racks).Select(r =>
            string.Create(CultureInfo.InvariantCulture, $"b{r / racks}/r{r:D3} {string.Join(' ', Enumerable.Repeat("8", nodes))}")));
        return new Crowd(TextPool.Parse(text));
    }

    /// <summary>A pool of random racks, filled with random gangs until so many in a row did not fit.</summary>
    public static Crowd Random(Random random, int victims, IEnumerable<RackSpec>? racks = null, Func<GangRequest>? draw = null, Random? extended = null)
    {
        var pool = new RandomPool(random, extended);
        var crowd = new Crowd(new PlacementIndex());
        foreach (var spec in racks ?? pool.Racks())
            crowd.Index.SetRack(new RackView { Spec = spec, Schedulable = random.Next(6) == 0 ? ~(1UL << random.Next(8)) : ulong.MaxValue, Allocations = [], Version = 1, Epoch = 1 });
        for (var misses = 0; misses < 12 && crowd.Victims.Count < victims;)
        {
            var request = draw?.Invoke() ?? pool.Request(2);
            if (!crowd.TryAdd($"v{crowd.Victims.Count:D3}", request, random)) misses++;
        }

        return crowd;
    }

    public bool TryAdd(string job, GangRequest request, Random? random = null)
    {
        if (Index.TryPlace(request) is not PlacementAnswer.Placed placed) return false;
        Victims.Add(Of(job, placed.Placement, request, random));
        return true;
    }

    /// <summary>Places whole-GPU workers on one node, by force.</summary>
    public Victim Put(string job, string rack, int slot, int firstGpu, int gpus, long ageSeconds = 600)
    {
        var shape = new WorkerShape { CpuMilli = gpus * 12_000, MemoryMiB = 0, Gpus = gpus };
        var victim = Of(job, At(rack, slot, firstGpu, gpus), new GangRequest { Roles = [new RoleSpec { Name = "w", Count = 1, Shape = shape }] }, null) with
        {
            StartedAt = Now.AddDays(-1),
            LastCheckpointAt = Now.AddSeconds(-ageSeconds),
        };
        Index.Take(victim.Placement, victim.Roles);
        Victims.Add(victim);
        return victim;
    }

    public static GangPlacement At(string rack, int slot, int firstGpu, int gpus) =>
        new() { Racks = [new RackSlice { Rack = new RackId($"pool/{rack}"), Workers = [new WorkerSlot(0, 0, slot, ((1UL << gpus) - 1) << firstGpu, 1000)] }] };

    public PreemptionAnswer Find(GangRequest request, PreemptionOptions? options = null) => VictimFinder.Find(Index, request, Victims, options ?? Options);

    /// <summary>"job job …" of the victims, or what was answered instead.</summary>
    public string Show(GangRequest request, PreemptionOptions? options = null) => Find(request, options) switch
    {
        PreemptionAnswer.Evict e => string.Join(' ', e.Plan.Victims.Select(v => v.Job.Value)) + (e.Plan.WaitsFor.IsEmpty ? "" : $" after {string.Join(' ', e.Plan.WaitsFor.Select(v => v.Job.Value))}"),
        PreemptionAnswer.OverBudget o => $"{o.Needed} of {o.Allowed}",
        _ => "useless",
    };

    public Victim Named(string job) => Victims.Single(v => v.Attempt.Job.Value == job);

    private static Victim Of(string job, GangPlacement placement, GangRequest request, Random? random) => new()
    {
        Attempt = new AttemptId(new JobId(job), 1),
        Placement = placement,
        Roles = request.Roles,
        StartedAt = Now.AddSeconds(-(random?.Next(60, 20_000) ?? 3600)),
        LastCheckpointAt = random is null || random.Next(3) == 0 ? null : Now.AddSeconds(-random.Next(0, 4000)),
        IsStopping = random?.Next(20) == 0,
    };
}
