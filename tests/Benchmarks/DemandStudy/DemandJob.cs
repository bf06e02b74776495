using Benchmarks.Traces;
using Scheduling.Model;

namespace Benchmarks.DemandStudy;

/// <summary>A job of a trace: so many workers, each on one node of eight GPUs.</summary>
/// <param name="Number">Its place in order of arrival.</param>
/// <param name="Submit">Second of the month.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Workers">1, or as many whole nodes as it needs.</param>
/// <param name="Gpus">Of each worker.</param>
/// <param name="Team">The trace's virtual cluster.</param>
internal sealed record DemandJob(int Number, long Submit, long Duration, int Workers, int Gpus, string Team)
{
    /// <summary>What arrives in the first days of a scenario.</summary>
    public static List<DemandJob> Of(Trace trace, long days)
    {
        var first = trace.Jobs.Min(j => j.SubmitAt) / DemandWorld.Day * DemandWorld.Day;
        return
        [
            .. trace.Jobs.Where(j => j.Gpus > 0 && j.SubmitAt - first < days * DemandWorld.Day).OrderBy(j => j.SubmitAt).Select((j, number) => new DemandJob(
                number, j.SubmitAt - first, Math.Max(1, j.Duration), (j.Gpus + DemandWorld.NodeGpus - 1) / DemandWorld.NodeGpus, Math.Min(j.Gpus, DemandWorld.NodeGpus), j.Pool)),
        ];
    }

    public JobSpec ToSpec(PoolId pool) => new()
    {
        Name = $"train-{Workers * Gpus}",
        Tenant = new TenantId("t"),
        User = Team,
        Quota = new QuotaPath($"c/{Team}"),
        Pool = pool,
        Roles = [new RoleSpec { Name = "worker", Count = Workers, Shape = new WorkerShape { CpuMilli = 1000L * Gpus, MemoryMiB = 1024L * Gpus, Gpus = Gpus } }],
    };
}
