namespace Scheduling.Order.Policies;

/// <summary>
/// Ours, the default, without an oracle. Waiting jobs go by submit time plus a multiple of their turn, which is learned from what ended and
/// what runs (<see cref="Prediction.RuntimePredictor.Turn"/>): jobs that are likely to be short pass the others, but nobody is passed for
/// ever. Those that do not fit are passed over. A run that has become several times less urgent than one that waits may be asked to
/// give way (<see cref="TurnRule"/>).
/// </summary>
internal sealed class FairTurnPolicy : IOrderPolicy
{
    /// <summary>A node of today's pools; only the weight of a job's size hangs on it.</summary>
    private const int GpusPerNode = 8;

    public string Name => "fair-turn";

    public string Summary => "likely short jobs first, learned from history, long ones give way now and then, nobody starves; the default";

    public bool Strict => false;

    public bool NeedsExpected => false;

    public TurnRule Turns { get; } = new();

    public OrderKey KeyOf(in WaitingJob job) =>
        new(job.Aged ? -1 : 0, job.Aged ? 0 : job.SubmittedAt + Turns.Delay(job.Turn, job.Gpus, GpusPerNode), job.SubmittedAt, job.Sequence);
}
