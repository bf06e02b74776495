namespace Scheduling.Order.Policies;

/// <summary>Keys by an expectation that may be missing: those of unknown length go last, in submit order.</summary>
internal static class Shortest
{
    public static OrderKey First(in WaitingJob job, double value) =>
        double.IsNaN(value) ? new OrderKey(1, 0, job.SubmittedAt, job.Sequence) : new OrderKey(0, value, job.SubmittedAt, job.Sequence);
}
