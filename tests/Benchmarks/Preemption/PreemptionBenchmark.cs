using System.Globalization;
using System.Runtime.InteropServices;
using Benchmarks.Brain;
using Benchmarks.Placement;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Reservations;

namespace Benchmarks.Preemption;

/// <summary>
/// What planning an eviction or a reservation costs in a full pool, and the bars it must stay under: 10 ms for a plan, 1 ms for "evicting
/// helps nobody". Kueue reports 40 s for a topology-constrained gang with 700 possible victims (kueue, docs of TAS preemption).
/// </summary>
internal static class PreemptionBenchmark
{
    private const double PlanBar = 10;
    private const double UselessBar = 1;
    private static readonly PreemptionOptions Options = new() { Now = CrowdedPool.Now };

    public static int Run(TextWriter output, string[] options)
    {
        return Measure(output, options.Contains("quick")).Report(output);
    }

    /// <summary>Quick: 2,000 nodes only, and fewer batches.</summary>
    public static Lines Measure(TextWriter output, bool quick)
    {
        var batches = quick ? 3 : 7;
        var worst = new Worst();
        output.WriteLine($"Plans of evictions and reservations, ms of thread CPU, least of {batches} batches.");
        output.WriteLine($"Machine: {Environment.ProcessorCount} cores, .NET {Environment.Version}, {RuntimeInformation.OSDescription}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Date: {TimeProvider.System.GetUtcNow():yyyy-MM-dd}. Command: build/bench.sh preemption"));
        output.WriteLine("Full, aged pool of 8-GPU nodes, racks of 32, blocks of 8 racks; possible victims are gangs of 1–16 nodes and jobs of 1–8 GPUs,");
        output.WriteLine("with a checkpoint 0–30 minutes old.");
        output.WriteLine();
        output.WriteLine("| question | nodes | attempts | victims, on node slots | answer | ms | bar |");
        output.WriteLine("|---|---:|---:|---:|---|---:|---:|");
        foreach (var nodes in quick ? [2_000] : new[] { 2_000, 10_000, 100_000 }) Rows(output, new CrowdedPool(nodes, 700), nodes, batches, worst);
        if (!quick)
        {
            Many(output, batches, worst);
            Claims(output, batches, worst);
        }

        var lines = new Lines();
        lines.AtMost("preemption: a gang in one rack, 700 possible victims, 2,000 nodes", worst.InOneRack, PlanBar, " ms");
        lines.AtMost("preemption: slowest plan or reservation", worst.Plan, PlanBar, " ms");
        lines.AtMost("preemption: slowest \"evicting would not help\"", worst.Useless, UselessBar, " ms");
        return lines;
    }

    private static void Rows(TextWriter output, CrowdedPool pool, int nodes, int batches, Worst worst)
    {
        foreach (var (name, request) in new[]
        {
            ("evict for 16 nodes in one rack", CrowdedPool.Gang(16, 8, TopologyLevel.Rack)),
            ("evict for 24 nodes in one rack", CrowdedPool.Gang(24, 8, TopologyLevel.Rack)),
            ("evict for 64 nodes in one block", CrowdedPool.Gang(64, 8, TopologyLevel.Block)),
            ("evict for 64 nodes anywhere", CrowdedPool.Gang(64, 8)),
            ("evict for 256 nodes anywhere", CrowdedPool.Gang(256, 8)),
            ("evict for 1 GPU", CrowdedPool.Gang(1, 1)),
            ("evict for 1 node", CrowdedPool.Gang(1, 8)),
            ("evict for 8 nodes and a launcher in one rack", CrowdedPool.TwoRoles(8, TopologyLevel.Rack)),
            ("evict for 8 nodes, each in another rack", CrowdedPool.Apart(8)),
            ("evict for 4 slices of 8 nodes, each in one rack", CrowdedPool.Sliced(32, 8)),
        })
        {
            var ms = Evict(output, pool, nodes, batches, name, request, PlanBar, worst);
            if (nodes == 2_000 && request.Topology.Required == TopologyLevel.Rack) worst.InOneRack = Math.Max(worst.InOneRack, ms);
        }

        Evict(output, pool, nodes, batches, "evict for 33 nodes in one rack: useless", CrowdedPool.Gang(33, 8, TopologyLevel.Rack), UselessBar, worst);
        Evict(output, pool, nodes, batches, "evict for more than there is: useless", CrowdedPool.Gang(nodes + 1, 8), UselessBar, worst);
        Reserve(output, pool, nodes, batches, "reserve 16 nodes in one rack", CrowdedPool.Gang(16, 8, TopologyLevel.Rack), worst);
        Reserve(output, pool, nodes, batches, "reserve 256 nodes anywhere", CrowdedPool.Gang(256, 8), worst);
    }

    /// <summary>As many victims as are looked at in one search: no bar, but a figure.</summary>
    private static void Many(TextWriter output, int batches, Worst worst)
    {
        var pool = new CrowdedPool(100_000, 8192);
        Evict(output, pool, 100_000, batches, "evict for 16 nodes in one rack", CrowdedPool.Gang(16, 8, TopologyLevel.Rack), double.PositiveInfinity, worst);
        Evict(output, pool, 100_000, batches, "evict for 1,024 nodes anywhere", CrowdedPool.Gang(1024, 8), double.PositiveInfinity, worst);
    }

    /// <summary>What promises cost: no bar, but figures.</summary>
    private static void Claims(TextWriter output, int batches, Worst worst)
    {
        var pool = new CrowdedPool(100_000, 8192);
        foreach (var gone in pool.Victims) pool.Index.Release(gone.Placement, gone.Roles);
        var book = new ClaimBook(pool.Index);
        var request = CrowdedPool.Gang(64, 8);
        Claim Next(int number) => new()
        {
            For = new AttemptId(new JobId($"claim-{number}"), 1), Kind = ClaimKind.Reserve, StartAt = CrowdedPool.Now.AddHours(1), Roles = request.Roles,
            Target = pool.Index.TryPlace(request) is PlacementAnswer.Placed placed ? placed.Placement : throw new InvalidOperationException("did not fit"),
        };

        for (var number = 0; number < ClaimBook.DefaultMaxClaims - 1; number++)
        {
            var claim = Next(number);
            pool.Index.Release(claim.Target, request.Roles);
            if (book.Make(claim) is not ClaimAnswer.Made { Pending: 0 }) throw new InvalidOperationException("not made");
        }

        var another = Next(99);
        pool.Index.Release(another.Target, request.Roles);
        var rack = another.Target.Racks[0].Rack;
        Row(output, pool, 100_000, batches, "claim 64 nodes and drop them", "", double.PositiveInfinity, worst, () =>
        {
            book.Make(another);
            return book.Drop(another.For);
        });
        Row(output, pool, 100_000, batches, "something was freed on a rack with claims", "", double.PositiveInfinity, worst, () =>
        {
            book.OnFreed(rack);
            return null;
        });
        Row(output, pool, 100_000, batches, "place one backfill job with 63 reservations of 64 nodes lifted", "", double.PositiveInfinity, worst, () =>
            book.WithBackfill(CrowdedPool.Now, () => pool.Index.Fits(CrowdedPool.Gang(1, 8))));
    }

    private static double Evict(TextWriter output, CrowdedPool pool, int nodes, int batches, string name, GangRequest request, double bar, Worst worst)
    {
        var answer = VictimFinder.Find(pool.Index, request, pool.Victims, Options);
        var text = answer switch
        {
            PreemptionAnswer.Evict e => string.Create(CultureInfo.InvariantCulture, $"{e.Plan.Victims.Length} evicted, {e.Plan.GpuMilliFreed / 1000} GPUs freed, {e.Plan.Cost / 3_600_000.0:N1} GPU-hours lost"),
            _ => answer.GetType().Name.ToLowerInvariant(),
        };
        return Row(output, pool, nodes, batches, name, text, bar, worst, () => VictimFinder.Find(pool.Index, request, pool.Victims, Options));
    }

    private static void Reserve(TextWriter output, CrowdedPool pool, int nodes, int batches, string name, GangRequest request, Worst worst)
    {
        var plan = ReservationPlanner.Plan(pool.Index, request, pool.Running, CrowdedPool.Now);
        var text = plan is null ? "none" : string.Create(CultureInfo.InvariantCulture, $"in {(plan.StartAt - CrowdedPool.Now).TotalHours:N1} h, after {plan.WaitsFor.Length}");
        Row(output, pool, nodes, batches, name, text, PlanBar, worst, () => ReservationPlanner.Plan(pool.Index, request, pool.Running, CrowdedPool.Now));
    }

    private static double Row(TextWriter output, CrowdedPool pool, int nodes, int batches, string name, string answer, double bar, Worst worst, Func<object?> action)
    {
        var ms = Drivers.Repeat(batches, 10, () => action()) / 1e6;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {nodes:N0} | {pool.All:N0} | {pool.Victims.Count:N0}, {pool.NodesHeld:N0} | {answer} | {ms:N2} | {(double.IsFinite(bar) ? bar : ""):N0}{(ms > bar ? " **above**" : "")} |"));
        if (bar == PlanBar) worst.Plan = Math.Max(worst.Plan, ms);
        if (bar == UselessBar) worst.Useless = Math.Max(worst.Useless, ms);
        return ms;
    }

    /// <summary>The slowest of each kind, in ms.</summary>
    private sealed class Worst
    {
        public double InOneRack { get; set; }

        public double Plan { get; set; }

        public double Useless { get; set; }
    }
}
