namespace Scheduling.Order.Replay;

/// <summary>Policies that give the pool out anew at every decision.</summary>
internal sealed partial class ReplayPool
{
    private readonly List<(OrderKey Key, ReplayAttempt Attempt)> _walk = [];
    private readonly List<ReplayAttempt> _chosen = [];
    private readonly List<ReplayAttempt> _stopped = [];

    private void DecideShares(ShareRule rule)
    {
        if (_now % rule.Interval != 0)
        {
            WakeAt(_now + rule.Interval - _now % rule.Interval);
            return;
        }

        if (_queue.Count == 0)
            return;
        Walk(rule);
        foreach (var attempt in _stopped)
            Stop(attempt, rule.RestartCost(attempt.Gpus));
        var started = 0;
        foreach (var attempt in _chosen)
            started += TryStart(attempt) ? 1 : 0;

        // What changed may change the next decision; and a running job may grow into a worse level without any event.
        if (_queue.Count > 0 && (started > 0 || _stopped.Count > 0 || rule.Interval > 1))
            WakeAt(_now + rule.Interval);
    }

    /// <summary>Hands the pool's GPU count to waiting and running jobs in order. Ends when nothing is left to hand out.</summary>
    private void Walk(ShareRule rule)
    {
        _chosen.Clear();
        _stopped.Clear();
        RankRunning();
        var left = _nodes.TotalGpus;
        using var waiting = new ReplayCursor(_queue);
        waiting.Narrow(left);
        for (var i = 0; i < _walk.Count || waiting.Current is not null;)
        {
            var waits = waiting.Current;
            if (waits is not null && (i == _walk.Count || WaitingFirst(waits.Key, _walk[i].Key, rule)))
            {
                left -= waits.Gpus;
                _chosen.Add(waits);
                waiting.Advance(left);
                continue;
            }

            var runs = _walk[i++].Attempt;
            if (runs.Gpus > left)
            {
                _stopped.Add(runs);
                continue;
            }

            left -= runs.Gpus;
            waiting.Narrow(left);
        }
    }

    private static bool WaitingFirst(OrderKey waiting, OrderKey running, ShareRule rule)
    {
        var order = (waiting with { Sequence = 0 }).CompareTo(running with { Sequence = 0 });
        return order < 0 || (order == 0 && rule.QueuedFirst);
    }

    /// <summary>Running jobs by what they would be if they waited. Their order hardly changes, so inserting is all the sorting it takes.</summary>
    private void RankRunning()
    {
        _walk.Clear();
        foreach (var attempt in _running)
        {
            var twin = new WaitingJob(attempt.Run, attempt.Gpus, attempt.Job.SubmitAt, attempt.RanAt(_now), _oracle.Expected(attempt.Job, attempt.RemainingAt(_now)));
            var key = _policy.KeyOf(twin);
            var at = _walk.Count;
            _walk.Add(default);
            for (; at > 0 && key < _walk[at - 1].Key; at--)
                _walk[at] = _walk[at - 1];
            _walk[at] = (key, attempt);
        }

        for (var i = 0; i < _walk.Count; i++)
            _running[i] = _walk[i].Attempt;
    }
}
