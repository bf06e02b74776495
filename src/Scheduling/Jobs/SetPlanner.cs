using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Jobs;

/// <summary>How a part was found in the store.</summary>
/// <param name="Lived">From its submission to its last change.</param>
public readonly record struct PartFact(JobPhase Phase, TimeSpan Lived);

/// <summary>What is to be done so that the parts become what the order says. <paramref name="Next"/> is durable before any of it is done.</summary>
/// <param name="LookAt">Look again then; null when only news matters.</param>
/// <param name="More">There was more to do than fits one step: go on at once.</param>
public sealed record SetStep(
    SetState Next, SetProgress Progress, ImmutableArray<SetPart> Submit, ImmutableArray<SetPart> Cancel, ImmutableArray<SetPart> Suspend,
    ImmutableArray<SetPart> Resume, DateTimeOffset? LookAt, bool More);

/// <summary>
/// Decides by levels: what the order says against what the store says, whatever happened in between. A part is promised in the state before
/// it is created, so one that is promised and cannot be found is created again: the same id, the same job.
/// </summary>
public sealed class SetPlanner
{
    /// <summary>Parts created in one step.</summary>
    public const int MaxSubmits = 64;

    /// <summary>A part that lived so long was no failure to start.</summary>
    public static readonly TimeSpan LongLived = TimeSpan.FromMinutes(10);

    /// <summary>After extra workers had to go, so long until others are tried.</summary>
    public static readonly TimeSpan Cooling = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstRestart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRestart = TimeSpan.FromMinutes(5);
    private const int MostDoublings = 20;

    private readonly SetState _before;
    private readonly IReadOnlyDictionary<JobId, PartFact> _facts;
    private readonly DateTimeOffset _now;
    private readonly ImmutableArray<SetPart>.Builder _parts = ImmutableArray.CreateBuilder<SetPart>();
    private readonly ImmutableArray<SetPart>.Builder _submit = ImmutableArray.CreateBuilder<SetPart>();
    private readonly ImmutableArray<SetPart>.Builder _cancel = ImmutableArray.CreateBuilder<SetPart>();
    private readonly ImmutableArray<SetPart>.Builder _suspend = ImmutableArray.CreateBuilder<SetPart>();
    private readonly ImmutableArray<SetPart>.Builder _resume = ImmutableArray.CreateBuilder<SetPart>();
    private SetState _next;
    private DateTimeOffset? _lookAt;
    private int _pending;
    private int _running;
    private int _suspended;
    private bool _more;

    private SetPlanner(SetState state, IReadOnlyDictionary<JobId, PartFact> facts, DateTimeOffset now) => (_before, _next, _facts, _now) = (state, state, facts, now);

    private SetOrder Order => _before.Order;

    /// <param name="state">With the order as it is now.</param>
    /// <param name="facts">The parts that were found in the store.</param>
    /// <param name="now">The time.</param>
    public static SetStep Plan(SetState state, IReadOnlyDictionary<JobId, PartFact> facts, DateTimeOffset now)
    {
        var planner = new SetPlanner(state, facts, now);
        foreach (var part in state.Parts)
        {
            planner.Look(part);
        }

        if (state.Order.Mode == SetMode.Run)
        {
            planner.Create();
        }

        return planner.ToStep();
    }

    private void Look(SetPart part)
    {
        if (part.RestartAt is not null)
        {
            // A place of a service that waits to be filled: Create sees to it.
            if (Order.Mode == SetMode.Run && part.Index < Order.Target)
            {
                _parts.Add(part);
            }

            return;
        }

        if (!_facts.TryGetValue(SetParts.IdOf(_before.Id, Order.Kind, part), out var fact))
        {
            // Promised and not there: created again, also where it is not wanted any more. Whatever may still be under way then finds it, and it can be cancelled.
            _parts.Add(part);
            _submit.Add(part);
            _pending++;
            _more = true;
        }
        else if (fact.Phase.IsEnded())
        {
            End(part, fact);
        }
        else
        {
            Live(part, fact.Phase);
        }
    }

    private void Live(SetPart part, JobPhase phase)
    {
        Count(phase);
        if (Order.Mode == SetMode.Stop || !Wanted(part))
        {
            _cancel.Add(part);
        }
        else if (Order.Mode == SetMode.Hold && phase != JobPhase.Suspended)
        {
            _suspend.Add(part);
            part = part with { Held = true };
        }
        else if (Order.Mode == SetMode.Run && part.Held)
        {
            _resume.Add(part);

            // Resumed until it is seen to be so.
            part = part with { Held = phase == JobPhase.Suspended };
        }

        _parts.Add(part);
    }

    private bool Wanted(SetPart part) => Order.Kind switch
    {
        OriginKind.Replica => part.Index < Order.Target,
        OriginKind.Extension => part.Index < Order.Target && part.Attempt == Order.Attempt,
        _ => true,
    };

    private void Count(JobPhase phase)
    {
        _pending += phase == JobPhase.Pending ? 1 : 0;
        _running += phase.HoldsResources() ? 1 : 0;
        _suspended += phase == JobPhase.Suspended ? 1 : 0;
    }

    private void End(SetPart part, PartFact fact)
    {
        if (Order.Kind == OriginKind.Extension)
        {
            // Told to go by somebody else: there is no room just now.
            _next = Order.Mode == SetMode.Run && Wanted(part) ? _next with { CoolUntil = _now + Cooling } : _next;
            return;
        }

        var succeeded = fact.Phase == JobPhase.Succeeded;
        _next = _next with
        {
            Succeeded = _next.Succeeded + (succeeded ? 1 : 0),
            Failed = _next.Failed + (succeeded ? 0 : 1),
            FirstFailed = _next.FirstFailed ?? (succeeded ? null : SetParts.IdOf(_before.Id, Order.Kind, part)),
        };
        if (Order.Kind == OriginKind.Replica && Order.Mode != SetMode.Stop && Wanted(part))
        {
            var shortLived = fact.Lived >= LongLived ? 0 : part.ShortLived + 1;
            _parts.Add(part with { RestartAt = _now + Restart(shortLived), ShortLived = shortLived, Held = false });
        }
    }

    private static TimeSpan Restart(int shortLived)
    {
        var seconds = FirstRestart.TotalSeconds * Math.Pow(2, Math.Clamp(shortLived - 1, 0, MostDoublings));
        return seconds < LongestRestart.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestRestart;
    }

    private void Create()
    {
        switch (Order.Kind)
        {
            case OriginKind.Task:
                CreateTasks();
                break;
            case OriginKind.Replica:
                CreateReplicas();
                break;
            default:
                CreateExtension();
                break;
        }
    }

    private void CreateTasks()
    {
        while ((_parts.Count < Order.Parallel || !Guards.Hold(Guard.PartsAtOnce)) && _next.Next < Order.Target && HasRoom())
        {
            Add(new SetPart { Index = _next.Next });
            _next = _next with { Next = _next.Next + 1 };
        }
    }

    private void CreateReplicas()
    {
        var has = new bool[Order.Target];
        for (var i = 0; i < _parts.Count; i++)
        {
            var part = _parts[i];
            if (part.Index >= Order.Target)
            {
                continue;
            }

            has[part.Index] = true;
            if (part.RestartAt <= _now && HasRoom())
            {
                _parts[i] = part with { Generation = NextSerial(), RestartAt = null };
                _submit.Add(_parts[i]);
                _pending++;
                _more = true;
            }
            else if (part.RestartAt is { } at)
            {
                LookAt(at);
            }
        }

        for (var index = 0; index < has.Length; index++)
        {
            if (!has[index] && HasRoom())
            {
                // Numbered on: a place that was given up before may have left a job of its first name.
                Add(new SetPart { Index = index, Generation = index < _next.Next ? NextSerial() : 0 });
            }
        }

        _next = _next with { Next = Math.Max(_next.Next, Order.Target) };
    }

    /// <summary>One at a time: while one waits for room there is none for another.</summary>
    private void CreateExtension()
    {
        if (_pending > 0 || _cancel.Count > 0)
        {
            return;
        }

        var taken = _parts.Select(p => p.Index).ToHashSet();
        var free = Enumerable.Range(0, Order.Target).FirstOrDefault(i => !taken.Contains(i), -1);
        if (free < 0)
        {
            return;
        }

        if (_next.CoolUntil > _now)
        {
            LookAt(_next.CoolUntil.Value);
            return;
        }

        Add(new SetPart { Index = free, Attempt = Order.Attempt, Generation = NextSerial() });
    }

    private int NextSerial()
    {
        _next = _next with { Serial = _next.Serial + 1 };
        return _next.Serial;
    }

    private bool HasRoom()
    {
        _more |= _submit.Count >= MaxSubmits;
        return _submit.Count < MaxSubmits;
    }

    private void Add(SetPart part)
    {
        _parts.Add(part);
        _submit.Add(part);
        _pending++;
    }

    private void LookAt(DateTimeOffset at) => _lookAt = _lookAt is { } known && known < at ? known : at;

    private SetStep ToStep()
    {
        _next = _next with { Parts = _parts.ToImmutable() };
        var progress = new SetProgress
        {
            Mode = Order.Mode,
            Total = Order.Target,
            Pending = _pending,
            Running = _running,
            Suspended = _suspended,
            Succeeded = _next.Succeeded,
            Failed = _next.Failed,
            FirstFailed = _next.FirstFailed,
            IsEmpty = _pending + _running + _suspended == 0,
            IsDone = Order.Kind == OriginKind.Task && _next.Next >= Order.Target && _parts.Count == 0,
        };
        return new SetStep(_next, progress, _submit.ToImmutable(), _cancel.ToImmutable(), _suspend.ToImmutable(), _resume.ToImmutable(), _lookAt, _more);
    }
}
