namespace Scheduling.Order;

/// <summary>What an order policy may know of a job that waits. Times are seconds.</summary>
/// <param name="Sequence">Makes keys different; a job that comes back keeps it.</param>
/// <param name="Gpus">Of the whole gang.</param>
/// <param name="SubmittedAt">The job's first submit time.</param>
/// <param name="Ran">How long its earlier attempts ran, when they were told to give way; 0 for a new job.</param>
/// <param name="Expected">
/// How long it is thought to run from now on: a prediction in a pool, the truth where a replay gives its policy an oracle, NaN when nothing
/// is known.
/// </param>
/// <param name="Turn">How urgent it is (<see cref="Prediction.RuntimePredictor.Turn"/>); NaN when nobody asked.</param>
/// <param name="Aged">It has waited so long that it goes first: <see cref="TurnRule.AgedAfter"/>.</param>
public readonly record struct WaitingJob(
    long Sequence, int Gpus, long SubmittedAt, double Ran, double Expected, double Turn = double.NaN, bool Aged = false)
{
    /// <summary>GPU-seconds it has had.</summary>
    public double Attained => Ran * Gpus;
}
