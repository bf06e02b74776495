namespace Scheduling.Order.Policies;

/// <summary>Shortest job first; strict.</summary>
internal sealed class SjfPolicy : IOrderPolicy
{
    public string Name => "sjf";

    public string Summary => "shortest expected run first, strictly: as good as the expectation; long jobs may starve";

    public bool Strict => true;

    public bool NeedsExpected => true;

    public OrderKey KeyOf(in WaitingJob job) => Shortest.First(job, job.Expected);
}
