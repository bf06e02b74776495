namespace Benchmarks.DemandStudy;

/// <summary>What a month cost and how long jobs waited.</summary>
/// <param name="Paid">GPU-hours of machines that were there or coming.</param>
/// <param name="Used">Of these, with a job on them.</param>
/// <param name="Lost">Of these, work that was thrown away by evictions.</param>
/// <param name="Bought">Machines that were ever there.</param>
/// <param name="MeanWait">Seconds from submission to first start.</param>
/// <param name="MedianWait">Seconds.</param>
/// <param name="P99Wait">Seconds.</param>
/// <param name="LatePart">The part of jobs that waited longer than a quarter of an hour.</param>
internal sealed record DemandResult(double Paid, double Used, double Lost, int Bought, double MeanWait, double MedianWait, double P99Wait, double LatePart)
{
    private const double Hour = 3600;
    private const long Late = 900;

    public double Idle => Paid - Used;

    public double Dollars => Paid / DemandWorld.NodeGpus * (double)DemandCloud.PricePerHour;

    public static DemandResult Of(DemandPool pool, DemandCloud cloud, long month)
    {
        pool.Stop();
        var paid = cloud.Machines.Sum(m => Within(m.AskedAt, m.GoneAt ?? month, month)) * DemandWorld.NodeGpus / Hour;
        var waits = pool.Waits.Order().ToList();
        return new DemandResult(
            paid, pool.Runs.Sum(r => r.Gpus * Within(r.From, r.To, month)) / Hour, pool.Runs.Where(r => !r.IsKept).Sum(r => r.Gpus * Within(r.From, r.To, month)) / Hour,
            cloud.Machines.Count, waits.Average(), waits[waits.Count / 2], waits[waits.Count * 99 / 100], waits.Count(w => w > Late) / (double)waits.Count);
    }

    private static double Within(long from, long to, long month) => Math.Max(0, Math.Min(to, month) - from);
}
