namespace Scheduling.Order;

/// <summary>
/// When a running job may be asked to save its work and give way, and what keeps that rare: it is left alone at first and for longer every
/// time, it is asked only for a job that is several times as urgent, and only so often in its life. Pure: the caller knows the time, and
/// <c>turn</c> is <see cref="Prediction.RuntimePredictor.Turn"/>: expected seconds of service for each job that ends, least first.
/// </summary>
public sealed record TurnRule
{
    /// <summary>Seconds for which a run is left alone; each time a job gave way, its next run is left alone longer by this factor.</summary>
    public long MinRuntime { get; init; } = 600;

    public double MinRuntimeGrowth { get; init; } = 1.5;

    /// <summary>A job gives way at most so often.</summary>
    public int Budget { get; init; } = 20;

    /// <summary>Seconds that a job waits before it asks: most that wait a little get in without.</summary>
    public long Patience { get; init; } = 30;

    /// <summary>A running job's turn must be so many times the waiting one's.</summary>
    public double Ratio { get; init; } = 8;

    /// <summary>The part of the pool above which a gang is left alone, if it is more than a node: it would hardly get back in.</summary>
    public double LargestShare { get; init; } = 0.5;

    /// <summary>And a job of g GPUs does not displace one of more than g times this.</summary>
    public int LargestFactor { get; init; } = 8;

    /// <summary>
    /// A waiting job stands where one stood that came this many of its turns later: short ones pass, but none for ever, and in the end it
    /// is the time of arrival that counts.
    /// </summary>
    public double Stretch { get; init; } = 20;

    /// <summary>Seconds between two looks at how urgent everybody is.</summary>
    public long LookEvery { get; init; } = 600;

    /// <summary>A job that has waited so many seconds, all its waits together, is aged: it goes first, and is kept room for.</summary>
    public long AgedAfter { get; init; } = 14 * 86_400;

    /// <summary>
    /// The part of the pool that aged jobs may have at a time (one of them always): in a pool that is asked for more than it has, everybody
    /// is aged at last, and without this it would fall back to first come, first served.
    /// </summary>
    public double AgedShare { get; init; } = 0.25;

    /// <summary>Until when a run is left alone.</summary>
    public double ProtectedUntil(long startedAt, int gaveWay) => startedAt + MinRuntime * Math.Pow(MinRuntimeGrowth, gaveWay);

    /// <summary>May this run be stopped for anybody at all?</summary>
    /// <param name="gpusPerNode">Of the nodes it runs on.</param>
    /// <param name="poolGpus">Of the whole pool.</param>
    public bool MayStop(in RunningTurn running, long now, int gpusPerNode, long poolGpus) =>
        !running.Aged && running.GaveWay < Budget && now >= ProtectedUntil(running.StartedAt, running.GaveWay)
        && running.Gpus <= Math.Max(gpusPerNode, LargestShare * poolGpus);

    /// <summary>Must this run, which <see cref="MayStop"/>, give way to that waiting job?</summary>
    public bool GivesWay(in RunningTurn running, int waitingGpus, double waitingTurn, bool waitingAged) =>
        waitingAged || (running.Gpus <= (long)LargestFactor * waitingGpus && running.Turn >= Ratio * waitingTurn);

    /// <summary>
    /// What to add to the submit time for a place in the order: see <see cref="Stretch"/>. A job of more GPUs keeps more others from theirs,
    /// which counts by half (its square root), and up to one node: beyond that a gang has it hard enough to find room.
    /// </summary>
    public double Delay(double turn, int gpus, int gpusPerNode) => double.IsNaN(turn) ? 0 : Stretch * turn * Math.Sqrt(Math.Min(gpus, gpusPerNode));
}

/// <summary>A running job as the rule sees it.</summary>
/// <param name="Gpus">Of the whole gang.</param>
/// <param name="StartedAt">When this run started, in seconds.</param>
/// <param name="GaveWay">How often it was stopped before.</param>
/// <param name="Turn">How urgent it is now.</param>
/// <param name="Aged">It was started because it had waited so long; it is not stopped again.</param>
public readonly record struct RunningTurn(int Gpus, long StartedAt, int GaveWay, double Turn, bool Aged);
