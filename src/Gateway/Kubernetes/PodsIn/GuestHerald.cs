using System.Collections.Concurrent;
using Gateway.Backends;
using Gateway.Leadership;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>
/// Says in the cluster why pods wait, and how gangs stand. It never stands in the way: a pod that starts soon costs no word, words are few a second,
/// and what has been said already is not said again.
/// </summary>
internal sealed partial class GuestHerald : IDisposable
{
    /// <summary>A gang's status is written at most so often.</summary>
    private static readonly TimeSpan GroupsEvery = TimeSpan.FromSeconds(2);

    private readonly IGuestVoice _voice;
    private readonly GuestStore _store;
    private readonly PodsInController _controller;
    private readonly Func<JobId, string, Task<PendingWord?>> _explain;
    private readonly ILeader _leader;
    private readonly PodsInOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<GuestHerald> _logger;
    private readonly TokenBucket _words;
    private readonly WorkQueue<string> _pods = new();
    private readonly WorkQueue<GangKey> _gangs = new();
    private readonly DelayQueue<string> _podsLater;
    private readonly DelayQueue<GangKey> _gangsLater;
    private readonly ConcurrentDictionary<string, PendingWord> _said = new(StringComparer.Ordinal);

    /// <param name="explain">Why a job waits, and its member with this UID; null when it does not.</param>
    public GuestHerald(
        IGuestVoice voice, GuestStore store, PodsInController controller, Func<JobId, string, Task<PendingWord?>> explain, ILeader leader, PodsInOptions options, TimeProvider time,
        ILogger<GuestHerald> logger)
    {
        (_voice, _store, _controller, _explain, _leader, _options, _time, _logger) = (voice, store, controller, explain, leader, options, time, logger);
        _words = new TokenBucket(options.WordsPerSecond, time);
        _podsLater = new DelayQueue<string>(time, _pods.Add);
        _boundLater = new DelayQueue<string>(time, _bound.Add);
        _gangsLater = new DelayQueue<GangKey>(time, _gangs.Add);
        _store.Changed += Changed;
        _controller.NotServed += pod => _pods.Add(pod.Uid);
    }

    public void Dispose()
    {
        _store.Changed -= Changed;
        _podsLater.Dispose();
        _boundLater.Dispose();
        _gangsLater.Dispose();
    }

    /// <summary>Until it is cancelled.</summary>
    public Task Run(CancellationToken cancellationToken) => Task.WhenAll(
        Work(_pods, _podsLater, TellOfPod, cancellationToken), Work(_gangs, _gangsLater, TellOfGang, cancellationToken), Work(_bound, _boundLater, TellOfBinding, cancellationToken));

    private void Changed(GuestPod? before, GuestPod? now)
    {
        var pod = (now ?? before)!;
        if (now is { IsWaiting: true } && before is null)
        {
            _podsLater.Set(pod.Uid, _time.GetUtcNow() + _options.SayAfter);
        }
        else if (now is null or { Node: not null } && before is { Node: null })
        {
            // Most pods are bound before there is a word to say of them: they are not to wait in line before those of which there is.
            _podsLater.Remove(pod.Uid);
            _said.TryRemove(pod.Uid, out _);
        }

        if (pod.Gang is { Kind: GangKind.PodGroup or GangKind.UpstreamPodGroup } gang && (before?.Phase, before?.Node) != (now?.Phase, now?.Node))
        {
            _gangsLater.Set(gang, _time.GetUtcNow() + GroupsEvery);
        }

        if (before is { Node: null } && now is { Node: not null, BoundFor: { } attempt })
        {
            SawBound(now, attempt);
        }
    }

    private async Task Work<TKey>(WorkQueue<TKey> queue, DelayQueue<TKey> later, Func<TKey, CancellationToken, Task<DateTimeOffset?>> tell, CancellationToken cancellationToken)
        where TKey : notnull
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            TKey key;
            try
            {
                key = await queue.Take(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            DateTimeOffset? again;
            try
            {
                // Words are the first to wait when there is much to do.
                while (!_words.TryTake() && !cancellationToken.IsCancellationRequested)
                {
                    await Pause.For(TimeSpan.FromSeconds(1.0 / _options.WordsPerSecond), _time, cancellationToken);
                }

                again = _leader.Epoch is null ? _time.GetUtcNow() + _options.SayAgainEvery : await tell(key, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A word that was not heard is said again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                GuestLog.Failed(_logger, e, "herald", key.ToString()!, _options.SayAgainEvery);
                again = _time.GetUtcNow() + _options.SayAgainEvery;
            }

            queue.Done(key);
            if (again is { } at)
            {
                later.Set(key, at);
            }
        }
    }

    private async Task<DateTimeOffset?> TellOfPod(string uid, CancellationToken cancellationToken)
    {
        if (_store.Find(uid) is not { Node: null, IsLeaving: false, IsOver: false } pod)
        {
            return null;
        }

        var word = _controller.StandingOf(uid) switch
        {
            PodStanding.Refused refused => new PendingWord("NotServed", refused.Why),
            PodStanding.Incomplete incomplete => new PendingWord("GangIncomplete", incomplete.Why),
            PodStanding.Queued queued => await _explain(queued.Job, uid),
            _ => null,
        };
        if (word is not null && word != pod.Said && word != _said.GetValueOrDefault(uid))
        {
            var now = _time.GetUtcNow();
            await _voice.Say(pod, word, now, cancellationToken);
            if (word.Reason != pod.Said?.Reason && word.Reason != _said.GetValueOrDefault(uid)?.Reason)
            {
                await _voice.Event(new GroupRef("v1", "Pod", pod.Namespace, pod.Name, pod.Uid), word.Reason == "Unschedulable" ? "Normal" : "Warning", EventOf(word), word.Message, now, cancellationToken);
            }

            _said[uid] = word;
        }

        return _time.GetUtcNow() + _options.SayAgainEvery;
    }

    /// <summary>The name that people and their tools look for.</summary>
    private static string EventOf(PendingWord word) => word.Reason == "Unschedulable" ? "Queued" : "FailedScheduling";
}
