namespace Scheduling.Order.Policies;

/// <summary>
/// Two queues by attained GPU time, each in submit order (Gu et al., "Tiresias: A GPU Cluster Manager for Distributed Deep Learning",
/// NSDI 2019), with the minute-long intervals of S-Lab's Lucid.
/// </summary>
internal sealed class TiresiasPolicy : IOrderPolicy
{
    private const double LowQueueAbove = 18_000;

    public string Name => "tiresias";

    public string Summary => "jobs that had little GPU time first, preempting every minute: no expectation needed, many preemptions";

    public bool Strict => false;

    public bool NeedsExpected => false;

    public OrderKey KeyOf(in WaitingJob job) => new(job.Attained > LowQueueAbove ? 1 : 0, 0, job.SubmittedAt, job.Sequence);

    public ShareRule Shares { get; } = new(60, QueuedFirst: false, static gpus => gpus <= 8 ? 40 : 60);
}
