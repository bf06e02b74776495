using Scheduling.Order.Policies;
using Scheduling.Prediction;

namespace Scheduling.Order.Replay;

/// <content>Policies with a <see cref="TurnRule"/>: waiting jobs by how urgent they are, and running ones that may have to give way.</content>
internal sealed partial class ReplayPool
{
    /// <summary>Seconds for which a running job's turn is not asked for again.</summary>
    private const long TurnHolds = 60;

    private static readonly PredictorLimits Limits = new();
    private readonly RuntimePredictor _predictor = new(Limits);
    private readonly RunBatches _batches = new(Limits);
    private readonly ReplayVictims _victims;
    private readonly PriorityQueue<(ReplayAttempt Attempt, long Since), long> _aging = new();
    private readonly Queue<(ReplayAttempt Attempt, long Since)> _aged = new();
    private readonly List<int> _kept = [];
    private ReplayAttempt? _keptFor;
    private long _agedGpus;
    private long _lookAt;

    private void DecideTurns(TurnRule rule)
    {
        if (_now >= _lookAt && _queue.Count > 0)
            Look(rule);
        Age(rule);
        StartKeptFor(rule);
        StartWhatFits();
        if (_queue.Count == 0)
            return;
        Ask(rule);
        if (_keptFor is null && _queue.First() is { Aged: true } aged)
            KeepRoomFor(aged);
        WakeAt(_lookAt);
    }

    /// <summary>Counts how far everybody got, and puts the waiting into the order that follows from it.</summary>
    private void Look(TurnRule rule)
    {
        _lookAt = _now + rule.LookEvery;
        var waiting = _queue.Groups.SelectMany(g => g.Waiting).ToList();
        _predictor.Census(_running.Concat(waiting.Where(a => a.Ran > 0)).Select(a => (a.Features, (double)a.RanAt(_now))));
        foreach (var attempt in waiting)
        {
            _queue.Remove(attempt);
            SetTurn(attempt);
            attempt.Key = _policy.KeyOf(AsWaiting(attempt));
            _queue.Add(attempt);
        }

        foreach (var attempt in _running)
            SetTurn(attempt);
    }

    private void SetTurn(ReplayAttempt attempt)
    {
        attempt.Turn = _predictor.Turn(attempt.Features, attempt.RanAt(_now));
        attempt.TurnAt = _now;
    }

    /// <summary>Lets those go first that have waited too long, as far as the aged jobs' part of the pool allows.</summary>
    private void Age(TurnRule rule)
    {
        while (_aging.TryPeek(out var next, out var at) && at <= _now)
        {
            _aging.Dequeue();
            _aged.Enqueue(next);
        }

        while (_aged.TryPeek(out var next))
        {
            var (attempt, since) = next;
            if (attempt.Waits && attempt.WaitsSince == since && !attempt.Aged)
            {
                if (_agedGpus > 0 && _agedGpus + attempt.Gpus > rule.AgedShare * _nodes.TotalGpus)
                    return;
                _agedGpus += attempt.Gpus;
                _queue.Remove(attempt);
                attempt.Aged = true;
                attempt.Key = _policy.KeyOf(AsWaiting(attempt));
                _queue.Add(attempt);
            }

            _aged.Dequeue();
        }
    }

    /// <summary>In order, those that do not fit ask less urgent runs to give way.</summary>
    private void Ask(TurnRule rule)
    {
        double most = 0;
        foreach (var running in _running)
        {
            if (!MayStop(rule, running))
                continue;
            if (_now - running.TurnAt >= TurnHolds)
                SetTurn(running);
            most = Math.Max(most, running.Turn);
        }

        if (most == 0)
            return;
        _queue.Open(static _ => true);
        while (_queue.FirstOpen() is { } waiting)
        {
            if (waiting == _keptFor || (!waiting.Aged && (waiting.Turn * rule.Ratio > most || !IsImpatient(rule, waiting))))
                _queue.Pass(waiting.Gpus);
            else if (!_nodes.Fits(waiting.Gpus) && !Displace(rule, waiting))
                _queue.Pass(waiting.Gpus);
            else if (!TryStart(waiting))
                _queue.Pass(waiting.Gpus);
        }
    }

    /// <summary>Has it waited long enough to ask? If not, the pool looks again when it has.</summary>
    private bool IsImpatient(TurnRule rule, ReplayAttempt waiting)
    {
        var since = waiting.WaitsSince + rule.Patience;
        if (since > _now)
            WakeAt(since);
        return since <= _now;
    }

    private bool Displace(TurnRule rule, ReplayAttempt waiting)
    {
        var victims = _victims.Find(waiting.Gpus, running => MayStop(rule, running)
            && rule.GivesWay(AsRunning(running), waiting.Gpus, waiting.Turn, waiting.Aged));
        if (victims is null)
            return false;
        foreach (var victim in victims)
            Stop(victim, SrtfPolicy.RestartCost(victim.Gpus));
        return true;
    }

    private bool MayStop(TurnRule rule, ReplayAttempt running) => rule.MayStop(AsRunning(running), _now, ReplayNodes.GpusPerNode, _nodes.TotalGpus);

    private static RunningTurn AsRunning(ReplayAttempt attempt) => new(attempt.Gpus, attempt.StartedAt, attempt.Preemptions, attempt.Turn, attempt.Aged);

    /// <summary>An aged job that still does not fit gets the nodes that are likely to be free first, and nobody else gets them.</summary>
    private void KeepRoomFor(ReplayAttempt aged)
    {
        var perNode = Math.Min(aged.Gpus, ReplayNodes.GpusPerNode);
        var wanted = (aged.Gpus + ReplayNodes.GpusPerNode - 1) / ReplayNodes.GpusPerNode;
        _kept.AddRange(Enumerable.Range(0, _nodes.Nodes).OrderBy(n => ClearIn(n, perNode)).Take(wanted));
        _keptFor = aged;
        foreach (var node in _kept)
            _nodes.Hold(node);
    }

    private double ClearIn(int node, int gpus)
    {
        if (_nodes.FreeOn(node) >= gpus)
            return 0;
        double longest = 0;
        foreach (var running in _victims.On(node))
            longest = Math.Max(longest, _predictor.Forecast(running.Features, running.RanAt(_now)).P50Left);
        return longest;
    }

    private void StartKeptFor(TurnRule rule)
    {
        if (_keptFor is not { } aged)
            return;
        foreach (var node in _kept)
            _nodes.Unhold(node);
        if (TryStart(aged) || (Displace(rule, aged) && TryStart(aged)))
        {
            _kept.Clear();
            _keptFor = null;
            return;
        }

        foreach (var node in _kept)
            _nodes.Hold(node);
    }

    private void OnQueued(ReplayAttempt attempt)
    {
        if (_policy.Turns is not { } rule)
            return;
        if (attempt.Preemptions == 0)
        {
            var features = new RunFeatures(attempt.Job.Pool, attempt.Job.User, "", attempt.Gpus);
            attempt.Features = features with { Batch = _batches.Arrived(features, _now) };
        }

        SetTurn(attempt);
        _aging.Enqueue((attempt, attempt.WaitsSince), Math.Max(_now + 1, _now + rule.AgedAfter - attempt.Queue));
    }

    private void OnStarted(ReplayAttempt attempt)
    {
        if (_policy.Turns is not null)
            _victims.Started(attempt);
    }

    private void OnStopped(ReplayAttempt attempt)
    {
        if (_policy.Turns is not null)
            _victims.Left(attempt);
    }

    private void OnEnded(ReplayAttempt attempt)
    {
        if (_policy.Turns is null)
            return;
        _victims.Left(attempt);
        _predictor.Learn(attempt.Features, attempt.Ran + _now - attempt.StartedAt);
        if (attempt.Aged)
            _agedGpus -= attempt.Gpus;
    }
}
