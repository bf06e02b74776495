using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Scheduling.WhatIf;

/// <summary>
/// Reads arrivals and run times out of a pool's journal. A job's work is what its attempts ran, but for what evictions threw away; a job that
/// came back by itself after a failure ran that long too.
/// </summary>
public sealed class PastReader
{
    private readonly Dictionary<JobId, Track> _live = [];
    private readonly List<Track> _tracks = [];
    private readonly List<WhatIfRackSeen> _racks = [];
    private readonly Dictionary<AttemptId, AttemptId> _asked = [];
    private readonly DateTimeOffset _from;
    private DateTimeOffset _now;

    private PastReader(PoolSnapshot? start, DateTimeOffset from)
    {
        (_from, _now) = (from, from);
        foreach (var record in start?.Attempts ?? [])
        {
            // Of a job that is coming back two attempts may be there: the newer one, which comes after it, is the job's.
            var track = new Track(record.Attempt, record.Spec, record.SubmittedAt, from, wasThere: true)
            {
                CommittedAt = record.Stage == AttemptStage.Running ? record.CommittedAt : null,
                SavedAt = record.CheckpointedAt,
            };
            _live[record.Attempt.Job] = track;
            _tracks.Add(track);
        }

        foreach (var claim in start?.Claims ?? [])
        {
            Ask(claim);
        }
    }

    /// <param name="start">The pool when the period began; null: it was empty.</param>
    /// <param name="entries">What happened from then on, in order.</param>
    public static WhatIfPast Read(PoolSnapshot? start, IReadOnlyList<PoolEntry> entries)
    {
        var from = start?.Now ?? entries.Select(e => e.At).FirstOrDefault(at => at != default);
        var reader = new PastReader(start, from);
        foreach (var entry in entries)
        {
            reader.Read(entry);
        }

        return reader.End();
    }

    private void Read(PoolEntry entry)
    {
        _now = entry.At > _now ? entry.At : _now;
        switch (entry.Kind)
        {
            case PoolEntryKind.Enqueued:
                Came(entry);
                break;
            case PoolEntryKind.Committed when Find(entry.Attempt) is { } track:
                (track.CommittedAt, track.SavedAt) = (_now, null);
                break;
            case PoolEntryKind.Checkpointed when Find(entry.Attempt) is { } track:
                track.SavedAt = entry.Checkpoint;
                break;
            case PoolEntryKind.StopWanted when Find(entry.Attempt) is { } track:
                track.IsEvicted = _asked.ContainsKey(entry.Attempt);
                break;
            case PoolEntryKind.Ended when Find(entry.Attempt) is { } track:
                Went(track, entry.ComesBack);
                break;
            case PoolEntryKind.ClaimMade:
                Ask(entry.Claim!);
                break;
            case PoolEntryKind.ClaimDropped:
                CallOff(entry.Attempt);
                break;
            case PoolEntryKind.RackSeen:
                _racks.Add(new WhatIfRackSeen(_now, entry.Rack!));
                break;
        }
    }

    private Track? Find(AttemptId attempt) => _live.TryGetValue(attempt.Job, out var track) && track.Attempt == attempt ? track : null;

    private void Came(PoolEntry entry)
    {
        if (_live.TryGetValue(entry.Attempt.Job, out var track))
        {
            (track.Attempt, track.CommittedAt, track.IsEvicted) = (entry.Attempt, null, false);
            return;
        }

        track = new Track(entry.Attempt, entry.Spec!, entry.SubmittedAt, _now, wasThere: false);
        _live.Add(entry.Attempt.Job, track);
        _tracks.Add(track);
    }

    private void Went(Track track, bool comesBack)
    {
        if (track.CommittedAt is { } started)
        {
            var until = !track.IsEvicted ? _now : track.Spec.Checkpoint is null ? started : track.SavedAt ?? started;
            var kept = until > started ? until - started : TimeSpan.Zero;
            track.SeeRun(track.Ran + (_now - started));
            track.Ran += kept;
            (track.CommittedAt, track.Finished) = (null, !comesBack);
        }

        if (!comesBack)
        {
            track.EndedAt = _now;
            _live.Remove(track.Attempt.Job);
        }
    }

    private void Ask(Claim claim)
    {
        foreach (var victim in claim.Kind == ClaimKind.Evict ? claim.Victims : [])
        {
            _asked[victim] = claim.For;
        }
    }

    private void CallOff(AttemptId preemptor)
    {
        foreach (var (victim, _) in _asked.Where(a => a.Value == preemptor).ToList())
        {
            _asked.Remove(victim);
        }
    }

    private WhatIfPast End()
    {
        var runs = ImmutableDictionary.CreateBuilder<JobId, WhatIfRuns>();
        var leaves = ImmutableDictionary.CreateBuilder<JobId, DateTimeOffset>();
        var arrivals = ImmutableArray.CreateBuilder<WhatIfArrival>();
        foreach (var track in _tracks)
        {
            var known = RunsOf(track);
            DateTimeOffset? left = track.EndedAt is { } ended && !track.Finished ? ended : null;
            if (!track.WasThere)
            {
                arrivals.Add(new WhatIfArrival
                {
                    Attempt = track.First, Spec = track.Spec, SubmittedAt = track.SubmittedAt, At = track.CameAt, Runs = known, LeavesAt = left,
                });
                continue;
            }

            runs[track.First.Job] = known;
            if (left is { } at)
            {
                leaves[track.First.Job] = at;
            }
        }

        return new WhatIfPast
        {
            From = _from, Until = _now, Arrivals = arrivals.ToImmutable(), Runs = runs.ToImmutable(), Leaves = leaves.ToImmutable(), Racks = [.. _racks],
        };
    }

    private WhatIfRuns RunsOf(Track track)
    {
        if (track.Finished)
        {
            return new WhatIfRuns(track.Ran, default);
        }

        if (track.CommittedAt is { } started && _now > started)
        {
            track.SeeRun(track.Ran + (_now - started));
        }

        return new WhatIfRuns(null, track.AtLeast);
    }

    /// <summary>One job from when it came until it went.</summary>
    private sealed class Track(AttemptId first, JobSpec spec, DateTimeOffset submittedAt, DateTimeOffset cameAt, bool wasThere)
    {
        public AttemptId First { get; } = first;

        public JobSpec Spec { get; } = spec;

        public DateTimeOffset SubmittedAt { get; } = submittedAt;

        public DateTimeOffset CameAt { get; } = cameAt;

        public bool WasThere { get; } = wasThere;

        public AttemptId Attempt { get; set; } = first;

        public DateTimeOffset? CommittedAt { get; set; }

        public DateTimeOffset? SavedAt { get; set; }

        public DateTimeOffset? EndedAt { get; set; }

        public bool IsEvicted { get; set; }

        /// <summary>It ended while it ran: its run time is known.</summary>
        public bool Finished { get; set; }

        /// <summary>What it ran and kept.</summary>
        public TimeSpan Ran { get; set; }

        /// <summary>It ran so long, kept or not, and had not ended.</summary>
        public TimeSpan AtLeast { get; private set; }

        public void SeeRun(TimeSpan ran) => AtLeast = ran > AtLeast ? ran : AtLeast;
    }
}
