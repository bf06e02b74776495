namespace Scheduling.Order.Policies;

/// <summary>Submit order; those that do not fit are passed over, without limit.</summary>
internal sealed class FifoSkipPolicy : IOrderPolicy
{
    public string Name => "fifo-skip";

    public string Summary => "submit order, passing over what does not fit: a full pool, and big gangs may starve";

    public bool Strict => false;

    public bool NeedsExpected => false;

    public OrderKey KeyOf(in WaitingJob job) => new(0, 0, job.SubmittedAt, job.Sequence);
}
