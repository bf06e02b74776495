using System.Collections.Immutable;
using System.Globalization;
using Gateway.Kubernetes.Watching;
using Scheduling.Model;

namespace Gateway.Kubernetes.Client;

/// <summary>Our pods of a cluster out of its informer, by job, and which attempts' pods changed of late.</summary>
internal sealed class OwnPods : IDisposable
{
    private readonly IObjectView<PodView> _view;
    private readonly int _kept;
    private readonly Lock _lock = new();
    private readonly Dictionary<JobId, Dictionary<ObjectKey, PodView>> _byJob = [];
    private readonly Queue<AttemptId> _news = [];
    private readonly IDisposable _subscription;
    private TaskCompletionSource _moved = NewSignal();
    private long _version;

    /// <param name="view">Of pods that are ours: <see cref="PodViews.Of"/>.</param>
    public OwnPods(IObjectView<PodView> view, int kept)
    {
        (_view, _kept) = (view, kept);
        _subscription = view.Subscribe(Take);
    }

    public Task WhenSynced => _view.WhenSynced;

    public bool HasSynced => _view.HasSynced;

    public PodPage Of(JobId job)
    {
        lock (_lock)
        {
            return new PodPage { Pods = _byJob.TryGetValue(job, out var pods) ? [.. pods.Values] : [], Version = Text(_version) };
        }
    }

    public PodPage All()
    {
        lock (_lock)
        {
            return new PodPage { Pods = [.. _byJob.Values.SelectMany(p => p.Values)], Version = Text(_version) };
        }
    }

    public PodView? Find(PodRef pod) => _view.Find(new ObjectKey(pod.Namespace, pod.Name)) is { } known && known.Uid == pod.Uid ? known : null;

    /// <summary>Attempts that changed after a version; null when that is too long ago to be told.</summary>
    public async Task<PodNews?> After(string version, TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        Task moved;
        lock (_lock)
        {
            if (News(version) is not { Changed.IsEmpty: true } news)
            {
                return News(version);
            }

            moved = _moved.Task;
        }

        try
        {
            await moved.WaitAsync(wait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // No news is an answer too.
        }

        lock (_lock)
        {
            return News(version);
        }
    }

    public void Dispose() => _subscription.Dispose();

    private PodNews? News(string version)
    {
        var behind = long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? _version - after : long.MaxValue;
        return behind < 0 || behind > _news.Count ? null : new PodNews([.. _news.Skip(_news.Count - (int)behind).Distinct()], Text(_version));
    }

    private void Take(ObjectChange<PodView> change)
    {
        TaskCompletionSource moved;
        lock (_lock)
        {
            if (change.Before is { } before && before.Attempt.Job != change.Now?.Attempt.Job)
            {
                Remove(before.Attempt.Job, change.Key);
            }

            if (change.Now is { } now)
            {
                (_byJob.TryGetValue(now.Attempt.Job, out var pods) ? pods : _byJob[now.Attempt.Job] = [])[change.Key] = now;
            }

            _news.Enqueue((change.Now ?? change.Before)!.Attempt);
            _version++;
            if (_news.Count > _kept)
            {
                _news.Dequeue();
            }

            (moved, _moved) = (_moved, NewSignal());
        }

        moved.SetResult();
    }

    private void Remove(JobId job, ObjectKey key)
    {
        if (_byJob.TryGetValue(job, out var pods) && pods.Remove(key) && pods.Count == 0)
        {
            _byJob.Remove(job);
        }
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
