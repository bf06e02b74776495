using System.Collections.Concurrent;
using System.Globalization;
using Gateway.Backends;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <content>What is said of gangs, and that pods are bound.</content>
internal sealed partial class GuestHerald
{
    /// <summary>Bindings that still want a word; more than these are not told of at all.</summary>
    private const int MostUntold = 10_000;

    private readonly ConcurrentDictionary<GangKey, GroupStatus> _statuses = new();
    private readonly ConcurrentDictionary<GangKey, GroupCondition> _conditions = new();
    private readonly ConcurrentDictionary<GangKey, DateTimeOffset> _waitsSince = new();
    private readonly ConcurrentDictionary<GangKey, AttemptId> _started = new();
    private readonly WorkQueue<string> _bound = new();
    private readonly DelayQueue<string> _boundLater;

    /// <summary>Only what this process sees happen: who begins anew says nothing of what was bound before.</summary>
    private void SawBound(GuestPod pod, AttemptId attempt)
    {
        if (_options.BoundEvents == PodsInOptions.EventPerPod && _bound.Count < MostUntold)
        {
            _bound.Add(pod.Uid);
        }
        else if (_options.BoundEvents == PodsInOptions.EventPerGang && pod.Gang is { } gang)
        {
            _started[gang] = attempt;
            _gangsLater.Set(gang, _time.GetUtcNow() + GroupsEvery);
        }
    }

    private async Task<DateTimeOffset?> TellOfBinding(string uid, CancellationToken cancellationToken)
    {
        if (_store.Find(uid) is { Node: { } node } pod)
        {
            await _voice.Event(
                new GroupRef("v1", "Pod", pod.Namespace, pod.Name, uid), "Normal", "Scheduled", $"Successfully assigned {pod.Namespace}/{pod.Name} to {node}", _time.GetUtcNow(), cancellationToken);
        }

        return null;
    }

    private async Task<DateTimeOffset?> TellOfGang(GangKey gang, CancellationToken cancellationToken)
    {
        if (_controller.Look(gang) is not { } known)
        {
            _statuses.TryRemove(gang, out _);
            _conditions.TryRemove(gang, out _);
            _waitsSince.TryRemove(gang, out _);
            _started.TryRemove(gang, out _);
            return null;
        }

        var again = await TellOfStart(gang, known.Facts, known.Pods, cancellationToken);
        if (known.Facts.Object is { } group && gang.Kind == GangKind.PodGroup && GroupStatuses.Of(known.Facts, known.Pods) is var status && _statuses.GetValueOrDefault(gang) != status)
        {
            await _voice.Status(group, status, cancellationToken);
            _statuses[gang] = status;
        }

        return gang.Kind == GangKind.UpstreamPodGroup && known.Facts.Object is { } upstream && await TellOfCondition(gang, upstream, known.Facts, known.Pods, cancellationToken) is { } look
            ? look
            : again;
    }

    /// <summary>One event for a gang that was bound, however large it is.</summary>
    private async Task<DateTimeOffset?> TellOfStart(GangKey gang, GangFacts facts, IReadOnlyList<GuestPod> pods, CancellationToken cancellationToken)
    {
        if (!_started.TryGetValue(gang, out var attempt))
        {
            return null;
        }

        var bound = pods.Where(p => p.BoundFor == attempt && p.Node is not null).ToList();
        if (pods.Count(p => p.Node is not null) < facts.Min && bound.Count > 0)
        {
            return _time.GetUtcNow() + GroupsEvery;
        }

        _started.TryRemove(KeyValuePair.Create(gang, attempt));
        if (bound.Count > 0)
        {
            var about = facts.Object ?? bound[0].Owner ?? new GroupRef("v1", "Pod", bound[0].Namespace, bound[0].Name, bound[0].Uid);
            var nodes = bound.Select(p => p.Node).Distinct().Count();
            var message = string.Create(CultureInfo.InvariantCulture, $"Successfully assigned {bound.Count} pods of {gang.Title} to {nodes} nodes (job {attempt.Job})");
            await _voice.Event(about, "Normal", "Scheduled", message, _time.GetUtcNow(), cancellationToken);
        }

        return null;
    }

    private async Task<DateTimeOffset?> TellOfCondition(GangKey gang, GroupRef group, GangFacts facts, IReadOnlyList<GuestPod> pods, CancellationToken cancellationToken)
    {
        var (said, now) = (_conditions.GetValueOrDefault(gang), _time.GetUtcNow());
        if (said is { IsScheduled: true })
        {
            return null;
        }

        GroupCondition? condition = null;
        if (pods.Count(p => p.Node is not null) is var bound && bound >= facts.Min)
        {
            condition = new GroupCondition(true, "Scheduled", string.Create(CultureInfo.InvariantCulture, $"{bound} pods are bound"), now);
        }
        else if (pods.Where(p => p.IsWaiting).MinBy(p => p.CreatedAt) is { } waiting && now - _waitsSince.GetOrAdd(gang, now) >= _options.SayAfter)
        {
            var why = _controller.StandingOf(waiting.Uid) switch
            {
                PodStanding.Refused refused => refused.Why,
                PodStanding.Incomplete incomplete => incomplete.Why,
                PodStanding.Queued queued => (await _explain(queued.Job, waiting.Uid))?.Message,
                _ => null,
            };
            condition = why is null ? null : new GroupCondition(false, "Unschedulable", why, said?.Since ?? now);
        }

        if (condition is not null && condition != said)
        {
            await _voice.Condition(group, condition, cancellationToken);
            _conditions[gang] = condition;
        }

        return condition is { IsScheduled: true } ? null : now + (condition is null ? _options.SayAfter : _options.SayAgainEvery);
    }
}
