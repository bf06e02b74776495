using System.Collections.Immutable;
using Gateway.Backends;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Tests.Hollow;

/// <summary>A pool and its jobs in memory: a log of changes that can be watched, and every report that was made.</summary>
internal sealed class FakeFeed : IAssignmentFeed
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Assignment> _all = new(StringComparer.Ordinal);
    private readonly List<(long Version, Assignment Change)> _changes = [];
    private readonly List<(AttemptId Attempt, AttemptReport Report)> _reports = [];
    private readonly Dictionary<AttemptId, DateTimeOffset> _started = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 1;
    private long _forgottenUpTo;

    /// <summary>What the job answers; may throw, as a call that timed out does.</summary>
    public Func<AttemptId, AttemptReport, Answer> Answer { get; set; } = (_, _) => Grains.Answer.Done(1);

    /// <summary>Called at the start of every list and watch; may throw.</summary>
    public Action OnRead { get; set; } = () => { };

    public int Lists { get; private set; }

    /// <summary>Lists say that they are of this version; null: of the present one.</summary>
    public long? AnswersAsOf { get; set; }

    /// <summary>Ends once there were so many lists.</summary>
    public async Task Listed(int lists)
    {
        while (Lists < lists)
        {
            Task news;
            lock (_lock)
            {
                news = _listed.Task;
            }

            await news.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public ImmutableArray<(AttemptId Attempt, AttemptReport Report)> Reports
    {
        get
        {
            lock (_lock)
            {
                return [.. _reports];
            }
        }
    }

    public void Set(Assignment assignment)
    {
        lock (_lock)
        {
            var key = assignment.Attempt.ToString();
            if (assignment.Wish == AssignmentWish.Gone)
            {
                _all.Remove(key);
            }
            else
            {
                _all[key] = assignment;
            }

            _changes.Add((++_version, assignment));
            Tell();
        }
    }

    /// <summary>Drops the log of changes: whoever watches must list again.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _changes.Clear();
            _forgottenUpTo = ++_version;
            Tell();
        }
    }

    /// <summary>Takes it out of the list without a change that could be watched.</summary>
    public void RemoveSilently(AttemptId attempt)
    {
        lock (_lock)
        {
            _all.Remove(attempt.ToString());
        }
    }

    public void HasStarted(AttemptId attempt, DateTimeOffset at) => _started[attempt] = at;

    public Task<bool> IsOver(AttemptId attempt) => Task.FromResult(false);

    public Task<bool> HasEnded(JobId job) => Task.FromResult(false);

    public async Task<AttemptReport> Next(Func<AttemptId, AttemptReport, bool> wanted)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_reports.Find(r => wanted(r.Attempt, r.Report)) is { Report: { } report })
                {
                    return report;
                }

                news = _news.Task;
            }

            await news.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public Task<AssignmentPage> List(PoolId pool, JobId? after, int limit)
    {
        OnRead();
        lock (_lock)
        {
            Lists++;
            _listed.TrySetResult();
            _listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var page = _all.Values.Where(a => a.Spec.Pool == pool && (after is null || a.Attempt.Job.CompareTo(after.Value) > 0)).Take(limit + 1).ToList();
            return Task.FromResult(new AssignmentPage
            {
                Items = [.. page.Take(limit)],
                Version = AnswersAsOf ?? _version,
                Next = page.Count > limit ? page[limit - 1].Attempt.Job : null,
            });
        }
    }

    public async Task<AssignmentPage?> Watch(PoolId pool, long version, TimeSpan wait)
    {
        while (true)
        {
            OnRead();
            Task news;
            lock (_lock)
            {
                if (version < _forgottenUpTo)
                {
                    return null;
                }

                var items = _changes.Where(c => c.Version > version && c.Change.Spec.Pool == pool).Select(c => c.Change).ToImmutableArray();
                if (!items.IsEmpty)
                {
                    return new AssignmentPage { Items = items, Version = _version };
                }

                news = _news.Task;
            }

            await news;
        }
    }

    public Task<Answer> Report(JobId job, AttemptReport report)
    {
        var attempt = new AttemptId(job, report.Attempt);
        var answer = Answer(attempt, report);
        lock (_lock)
        {
            if (answer.IsDone)
            {
                _reports.Add((attempt, report));
                Tell();
            }
        }

        return Task.FromResult(answer);
    }

    public Task<DateTimeOffset?> StartedAt(AttemptId attempt) =>
        Task.FromResult<DateTimeOffset?>(_started.TryGetValue(attempt, out var at) ? at : null);

    private void Tell()
    {
        var told = _news;
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        told.SetResult();
    }
}
