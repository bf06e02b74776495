namespace Scheduling.Order;

/// <summary>
/// How policies of the literature preempt: at each decision all jobs, waiting and running, are walked in order and given GPUs of the
/// pool's count; running jobs that get none are stopped. For replays: it stops far more jobs than a pool with real work should.
/// </summary>
/// <param name="Interval">Decisions only at times divisible by this many seconds.</param>
/// <param name="QueuedFirst">Among equals the waiting go before the running.</param>
/// <param name="RestartCost">Seconds that a stopped job runs longer, by its GPUs.</param>
public sealed record ShareRule(int Interval, bool QueuedFirst, Func<int, int> RestartCost);
