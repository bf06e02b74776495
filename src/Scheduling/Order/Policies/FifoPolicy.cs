namespace Scheduling.Order.Policies;

/// <summary>Submit order; whoever does not fit blocks all behind it.</summary>
internal sealed class FifoPolicy : IOrderPolicy
{
    public string Name => "fifo";

    public string Summary => "submit order, strictly: easy to explain, and one big gang idles the pool";

    public bool Strict => true;

    public bool NeedsExpected => false;

    public OrderKey KeyOf(in WaitingJob job) => new(0, 0, job.SubmittedAt, job.Sequence);
}
