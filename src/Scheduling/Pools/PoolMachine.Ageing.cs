namespace Scheduling.Pools;

/// <content>Priority that grows with waiting, step by step, up to a bound.</content>
public sealed partial class PoolMachine
{
    /// <summary>Below every priority: what runs only where nobody else wants to.</summary>
    internal const int OpportunisticPriority = -1;

    /// <summary>Attempts that one entry lifts at most: the rest follows with the next.</summary>
    private const int MaxAgedAtOnce = 1000;

    private readonly PriorityQueue<PoolAttempt, DateTimeOffset> _ageing = new();

    /// <summary>The latest time that the journal knows of.</summary>
    public DateTimeOffset Now { get; private set; }

    private DateTimeOffset _clock;

    /// <summary>
    /// Time has passed: does what was due. Every entry carries the time that was last told here, so time is an input like any other and
    /// what it changes can be replayed.
    /// </summary>
    public void Advance(DateTimeOffset now)
    {
        _clock = now > Now ? now : Now;
        while (_clock - _sharesAt >= SharePeriod || (_policy.Turns is { } rule && (_clock - _lookedAt).TotalSeconds >= rule.LookEvery) || (_ageing.TryPeek(out _, out var due) && due <= _clock))
        {
            Do(new PoolEntry { Kind = PoolEntryKind.Ticked });
        }

        while (_earmarks.Overdue(_clock) is { } overdue)
        {
            Do(new PoolEntry { Kind = PoolEntryKind.EarmarkEnded, Attempt = overdue });
        }
    }

    private void ApplyTicked()
    {
        TickShares();
        LookAround();
        for (var aged = 0; aged < MaxAgedAtOnce && _ageing.TryPeek(out _, out var due) && due <= Now; aged++)
        {
            var attempt = _ageing.Dequeue();

            // It may have been planned since, or have come back with another due time.
            if (attempt.Stage == AttemptStage.Queued && attempt.Group is not null && attempt.AgesAt == due)
            {
                _queue.Remove(attempt);
                JoinQueue(attempt);
            }
        }
    }

    private void See(DateTimeOffset now) => Now = now > Now ? now : Now;

    /// <summary>Puts an attempt into the order, with the priority that it has by now.</summary>
    private void JoinQueue(PoolAttempt attempt)
    {
        attempt.EffectivePriority = EffectivePriority(attempt);
        _queue.Add(attempt);
    }

    private int EffectivePriority(PoolAttempt attempt)
    {
        attempt.AgesAt = default;
        if (attempt.Spec.IsOpportunistic)
        {
            return OpportunisticPriority;
        }

        if (Policy.AgeingPeriod <= TimeSpan.Zero || Policy.AgeingStep <= 0)
        {
            return attempt.Spec.Priority;
        }

        var waited = Now > attempt.SubmittedAt ? Now - attempt.SubmittedAt : TimeSpan.Zero;
        var steps = waited.Ticks / Policy.AgeingPeriod.Ticks;
        if (steps < Policy.MaxAgeing / Policy.AgeingStep)
        {
            attempt.AgesAt = attempt.SubmittedAt + ((steps + 1) * Policy.AgeingPeriod);
            _ageing.Enqueue(attempt, attempt.AgesAt);
        }

        return attempt.Spec.Priority + (int)Math.Min(Policy.MaxAgeing, steps * Policy.AgeingStep);
    }
}
