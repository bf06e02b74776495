namespace Scheduling.Order.Replay;

/// <summary>What became of one job.</summary>
/// <param name="Start">Its first start.</param>
/// <param name="End">When its last run ended.</param>
/// <param name="Queue">Seconds it waited: for its first start, and after every preemption.</param>
/// <param name="Preemptions">How often it was told to give way.</param>
/// <param name="LostGpuSeconds">GPU time that its preemptions cost: restarts.</param>
public readonly record struct ReplayOutcome(long Start, long End, long Queue, int Preemptions, long LostGpuSeconds)
{
    public long JctFrom(long submitAt) => End - submitAt;
}
