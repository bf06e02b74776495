using System.Globalization;
using Benchmarks.Traces;
using Scheduling.Scaling;

namespace Benchmarks.DemandStudy;

/// <summary>
/// A month of real demand against what capacity costs: idle GPU-hours and job wait of our planner, of a policy after Cluster Autoscaler, and of fixed capacity. Prints
/// a table and draws docs/demand.svg.
/// </summary>
internal static class DemandBenchmark
{
    private const long Month = 30;
    private const long Quick = 5;

    private static readonly (string Trace, string Title)[] s_traces = [("venus_05_80n", "Helios Venus, May 2020"), ("philly_devvcs", "Philly, October 2017")];

    public static int Run(TextWriter output, string[] options)
    {
        var (days, only) = (options.Contains("quick") ? Quick : Month, options.FirstOrDefault(o => o is not ("quick" or "draw")) ?? "");
        var files = new TraceFiles();
        List<DemandPanel> panels = [];
        foreach (var (name, title) in s_traces.Where(t => t.Trace.Contains(only, StringComparison.Ordinal)))
        {
            var jobs = DemandJob.Of(files.Load(name), days);
            output.WriteLine(Line($"{title}: {jobs.Count:N0} jobs of {days} days, {jobs.Sum(j => (double)j.Workers * j.Gpus * j.Duration) / 3600:N0} GPU-hours of work."));
            output.WriteLine();
            output.WriteLine("| capacity | GPU-hours paid | idle | idle % of paid | million $ | mean wait s | p50 | p99 | waits over 15 min | machines bought | GPU-hours thrown away |");
            output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
            List<DemandPoint> points = [];
            foreach (var (kind, what, policy) in Policies(jobs))
            {
                var result = new DemandWorld(jobs, days * DemandWorld.Day).Run(policy);
                points.Add(new DemandPoint(kind, what, result));
                output.WriteLine(Line(
                    $"| {what} | {result.Paid:N0} | {result.Idle:N0} | {100 * result.Idle / result.Paid:N1} | {result.Dollars / 1e6:N2} | {result.MeanWait:N0} | {result.MedianWait:N0} | {result.P99Wait:N0} | {result.LatePart * 100:N2} % | {result.Bought:N0} | {result.Lost:N0} |"));
            }

            output.WriteLine();
            panels.Add(new DemandPanel(title, points));
        }

        if (options.Contains("draw"))
        {
            var file = Path.Combine(TraceFiles.Root(), "docs", "demand.svg");
            File.WriteAllText(file, DemandChart.Draw(panels));
            output.WriteLine("drawn: docs/demand.svg");
        }

        return 0;
    }

    private static IEnumerable<(DemandKind Kind, string What, ICapacityPolicy Policy)> Policies(List<DemandJob> jobs)
    {
        foreach (var part in (double[])[1.0, 0.99, 0.95, 0.9, 0.8])
        {
            var nodes = NodesAt(jobs, part);
            yield return (DemandKind.Fixed, part == 1.0 ? Line($"fixed, {nodes} nodes: the peak hour") : Line($"fixed, {nodes} nodes: {part:P0} of the hours"), new FixedCapacity(nodes));
        }

        yield return (DemandKind.Autoscaler, "Cluster Autoscaler, may evict", new ClusterAutoscaler(mayEvict: true));
        yield return (DemandKind.Autoscaler, "Cluster Autoscaler, may not evict", new ClusterAutoscaler(mayEvict: false));
        yield return (DemandKind.Autoscaler, "the same, told of refusals at once", new ClusterAutoscaler(mayEvict: false, hearsAfter: 0));
        yield return (DemandKind.Autoscaler, "the same, unneeded after 30 min", new ClusterAutoscaler(mayEvict: false, unneeded: 1800, hearsAfter: 0));
        foreach (var (minutes, warm) in ((int, int)[])[(2, 0), (5, 0), (10, 0), (10, 2), (10, 4), (10, 8), (30, 0)])
        {
            yield return (DemandKind.Planner, warm == 0 ? Line($"planner, idle nodes go after {minutes} min") : Line($"planner, {minutes} min, {warm} nodes kept ready"), Planner(minutes, warm));
        }

        // What keeps it from more: a set is written again only when the write before is over, which is when its last machine runs.
        var policy = new ScalePolicy { IdleAfter = TimeSpan.FromMinutes(10) };
        yield return (DemandKind.Overlap, "planner, 10 min, if purchases need not wait for deletions", new PlannedCapacity(policy, overlapsDeletions: true));
        yield return (DemandKind.Overlap, "planner, 10 min, if all writes of a set could overlap", new PlannedCapacity(policy, overlaps: true, overlapsDeletions: true));
    }

    private static PlannedCapacity Planner(int minutes, int warm) =>
        new(new ScalePolicy { IdleAfter = TimeSpan.FromMinutes(minutes), Warm = warm == 0 ? [] : [new WarmRule { Machines = warm }] });

    /// <summary>Nodes that would do in this part of the hours if every job started at once and GPUs were packed without loss; at least what the largest gang needs.</summary>
    private static int NodesAt(List<DemandJob> jobs, double part)
    {
        var hours = new double[(jobs[^1].Submit / 3600) + 1];
        foreach (var job in jobs)
        {
            for (var hour = job.Submit / 3600; hour < hours.Length && hour * 3600 < job.Submit + job.Duration; hour++)
            {
                hours[hour] += job.Workers * job.Gpus * (double)(Math.Min((hour + 1) * 3600, job.Submit + job.Duration) - Math.Max(hour * 3600, job.Submit)) / 3600;
            }
        }

        Array.Sort(hours);
        return Math.Max((int)Math.Ceiling(hours[(int)((hours.Length - 1) * part)] / DemandWorld.NodeGpus), jobs.Max(j => j.Workers));
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
