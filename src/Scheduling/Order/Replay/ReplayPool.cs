namespace Scheduling.Order.Replay;

/// <summary>
/// One pool of a trace under one order policy, event by event: time in whole seconds, and within a second ends, then arrivals, then
/// decisions.
/// </summary>
internal sealed partial class ReplayPool
{
    private readonly IOrderPolicy _policy;
    private readonly ReplayOracle _oracle;
    private readonly ReplayNodes _nodes;
    private readonly ReplayQueue _queue = new();
    private readonly List<ReplayAttempt> _arrivals;
    private readonly List<ReplayAttempt> _running = [];
    private readonly PriorityQueue<(ReplayAttempt Attempt, long Run), (long At, long Run)> _ends = new();
    private int _arrived;
    private int _ended;
    private long _sequence;
    private long _runs;
    private long _now;

    /// <summary>A decision is wanted at this second even if nothing happens by then.</summary>
    private long _decideAt = long.MaxValue;

    public ReplayPool(IOrderPolicy policy, ReplayOracle oracle, int nodes, List<ReplayAttempt> jobs)
    {
        _policy = policy;
        _oracle = oracle;
        _nodes = new ReplayNodes(nodes);
        _victims = new ReplayVictims(_nodes);
        _arrivals = [.. jobs.Where(j => _nodes.CouldEverFit(j.Gpus)).OrderBy(j => j.Job.SubmitAt).ThenBy(j => j.Index)];
    }

    public void Run()
    {
        while (_ended < _arrivals.Count)
        {
            _now = Next();
            var happened = TakeEnds();
            var fresh = TakeArrivals();
            if (_decideAt <= _now)
            {
                _decideAt = long.MaxValue;
                happened = true;
            }

            if (happened || fresh > 0)
                Decide(fresh);
        }
    }

    private void Decide(int fresh)
    {
        if (_policy.Shares is { } shares)
            DecideShares(shares);
        else if (_policy.Turns is { } turns)
            DecideTurns(turns);
        else if (_policy.Strict)
            DecideStrict(fresh);
        else
            StartWhatFits();
    }

    /// <summary>The first in order starts, then the next, until one does not fit.</summary>
    private void DecideStrict(int fresh)
    {
        // A queue that holds only this second's jobs may have an order of its own: by size, so that whoever is left fits no sooner in the usual one.
        if (fresh > 0 && fresh == _queue.Count && _policy.KeyOnArrival(AsWaiting(_arrivals[_arrived - 1])) is not null)
        {
            var queued = _arrivals[(_arrived - fresh).._arrived];
            queued.Sort((x, y) => _policy.KeyOnArrival(AsWaiting(x))!.Value.CompareTo(_policy.KeyOnArrival(AsWaiting(y))!.Value));
            foreach (var attempt in queued)
            {
                if (!TryStart(attempt))
                    break;
            }

            return;
        }

        while (_queue.First() is { } next && TryStart(next))
        {
        }
    }

    /// <summary>In order, passing over what does not fit. While jobs only start, a size that did not fit will not.</summary>
    private void StartWhatFits()
    {
        if (_queue.Count == 0)
            return;
        _queue.Open(_nodes.Fits);
        while (_queue.FirstOpen() is { } next)
        {
            if (!TryStart(next))
                _queue.Pass(next.Gpus);
        }
    }

    private bool TryStart(ReplayAttempt attempt)
    {
        if (_nodes.Place(attempt.Gpus) is not { } shares)
            return false;
        _queue.Remove(attempt);
        attempt.Shares = shares;
        attempt.Queue += _now - attempt.WaitsSince;
        if (attempt.FirstStart < 0)
            attempt.FirstStart = _now;
        attempt.StartedAt = _now;
        attempt.Run = ++_runs;

        // Policies that preempt count the second in which a run ends, as the simulators they come from do.
        _ends.Enqueue((attempt, attempt.Run), (_now + attempt.Remaining + (Preempts ? 1 : 0), attempt.Run));
        _running.Add(attempt);
        OnStarted(attempt);
        return true;
    }

    private bool Preempts => _policy.Shares is not null || _policy.Turns is not null;

    private void Stop(ReplayAttempt attempt, int restartCost)
    {
        _nodes.Release(attempt.Shares);
        _running.Remove(attempt);
        OnStopped(attempt);
        attempt.Remaining = attempt.RemainingAt(_now) + restartCost;
        attempt.Ran += _now - attempt.StartedAt;
        attempt.LostGpuSeconds += (long)(restartCost + 1) * attempt.Gpus;
        attempt.Run = 0;
        attempt.Preemptions++;
        attempt.WaitsSince = _now;
        Enqueue(attempt);
    }

    private void Enqueue(ReplayAttempt attempt)
    {
        ++_sequence;
        OnQueued(attempt);
        attempt.Key = _policy.KeyOf(AsWaiting(attempt));
        _queue.Add(attempt);
    }

    private WaitingJob AsWaiting(ReplayAttempt attempt) =>
        new(_policy.Shares is null ? attempt.Index : _sequence, attempt.Gpus, attempt.Job.SubmitAt, attempt.Ran,
            _oracle.Expected(attempt.Job, attempt.Remaining), attempt.Turn, attempt.Aged);

    private bool TakeEnds()
    {
        var any = false;
        while (_ends.TryPeek(out var end, out var at) && at.At == _now)
        {
            _ends.Dequeue();
            if (end.Attempt.Run != end.Run)
                continue;
            any = true;
            _ended++;
            end.Attempt.End = _now;
            _nodes.Release(end.Attempt.Shares);
            _running.Remove(end.Attempt);
            OnEnded(end.Attempt);
            end.Attempt.Run = 0;
        }

        return any;
    }

    private int TakeArrivals()
    {
        var before = _arrived;
        while (_arrived < _arrivals.Count && _arrivals[_arrived].Job.SubmitAt == _now)
            Enqueue(_arrivals[_arrived++]);
        return _arrived - before;
    }

    private long Next()
    {
        while (_ends.TryPeek(out var end, out _) && end.Attempt.Run != end.Run)
            _ends.Dequeue();
        var next = _ends.TryPeek(out _, out var at) ? at.At : long.MaxValue;
        if (_arrived < _arrivals.Count)
            next = Math.Min(next, _arrivals[_arrived].Job.SubmitAt);
        next = Math.Min(next, _decideAt);
        Invariant.Holds(next != long.MaxValue, "I11", $"{_queue.Count} jobs wait and nothing will happen");
        return next;
    }

    private void WakeAt(long at) => _decideAt = Math.Min(_decideAt, at);
}
