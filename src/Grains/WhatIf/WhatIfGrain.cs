using System.Collections.Immutable;
using Grains.Pools;
using Grains.Quotas;
using Grains.Storage;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Scheduling.Model;
using Scheduling.WhatIf;

namespace Grains.WhatIf;

/// <summary>The shell around <see cref="WhatIfComparison"/>: reads what it starts from, and has it computed within its budget.</summary>
[StatelessWorker(1)]
[GrainType("whatif")]
internal sealed class WhatIfGrain(
    IJournalStore store, IGrainFactory grains, IWhatIfDriver driver, IOptions<WhatIfSettings> settings, IOptions<PoolOptions> pools, IOptions<QuotaOptions> quotas,
    TimeProvider time)
    : Grain, IWhatIfGrain
{
    public async Task<WhatIfAnswer> Ask(AskWhatIf question)
    {
        if (Forbids(question) is { } forbidden)
        {
            return forbidden;
        }

        var began = time.GetTimestamp();
        if (await Basis(question) is not { Start: { } start } basis)
        {
            return WhatIfAnswer.Of(Outcome.LimitReached, "The pool changes hands just now; ask again.");
        }

        var past = basis.Past;
        if (past is null && (question.Over is not null || question.ArrivalsAsBefore))
        {
            return WhatIfAnswer.Of(Outcome.NotFound, "No history of that time is kept.");
        }

        var until = question.Over is null ? start.At + question.Horizon : past!.Until;
        WhatIfScenario? scenario = null;
        if (!question.Changes.IsEmpty)
        {
            switch (WhatIfPlanner.Plan(start, past, question.Changes))
            {
                case WhatIfPlan.Refused refused:
                    return new WhatIfAnswer { Outcome = Outcome.Invalid, Message = "A change cannot be made.", Problems = refused.Problems };
                case WhatIfPlan.Ready ready:
                    scenario = ready.Scenario;
                    break;
            }
        }

        var comparison = new WhatIfComparison(start, scenario, past, WhatIfOptions.For(start, past, until) with { RunForScale = question.RunForScale }, until);
        await driver.Drive(comparison, () => time.GetElapsedTime(began) > settings.Value.Budget);
        return new WhatIfAnswer { Outcome = Outcome.Done, Report = For(question.Caller, comparison.Report()) };
    }

    /// <summary>Where the runs begin, and what comes in them. No start: the pool cannot be read now; no past, though one was asked for: none is kept.</summary>
    private async Task<(WhatIfStart? Start, WhatIfPast? Past)> Basis(AskWhatIf question)
    {
        var reader = new WhatIfReader(store, grains, pools.Value, quotas.Value, question.Pool);
        var live = await reader.Live();
        if (live is null || (question.Over is null && !question.ArrivalsAsBefore))
        {
            return (live, null);
        }

        return await reader.Past(live, live.At - (question.Over ?? question.Horizon)) is not { } recorded ? (live, null)
            : question.Over is null ? (live, recorded.Past.Again(live.At, live.At + question.Horizon))
            : (recorded.Start, recorded.Past);
    }

    /// <summary>The gateway has checked it; it is checked here again (I16).</summary>
    private WhatIfAnswer? Forbids(AskWhatIf question)
    {
        var longest = question.Over > question.Horizon ? question.Over.Value : question.Horizon;
        if (longest > settings.Value.MaxPeriod || longest <= TimeSpan.Zero || question.Over <= TimeSpan.Zero || !(question.RunForScale > 0))
        {
            return WhatIfAnswer.Of(Outcome.Invalid, $"The period must be more than nothing and at most {settings.Value.MaxPeriod}.");
        }

        var own = question.Over is null && !question.ArrivalsAsBefore && question.Changes is [WhatIfChange.SubmitJob { Spec.Tenant: var tenant }] && question.Caller.MayChange(tenant);
        return question.Caller.IsOperator || own ? null : WhatIfAnswer.Of(Outcome.Forbidden, "You may only ask when one job of your own tenant would start now.");
    }

    /// <summary>Those who do not operate see nothing of others: not how many there are, nor what they have.</summary>
    private static WhatIfReport For(Caller caller, WhatIfReport report)
    {
        if (caller.IsOperator)
        {
            return report;
        }

        var nothing = new WhatIfFigures { Waits = default, Goodput = 0, Occupancy = 0, Evictions = 0, Jobs = 0, Started = 0, Ended = 0, Waiting = 0, LostGpuSeconds = 0, CapacityGpuSeconds = 0 };
        return report with
        {
            Before = nothing,
            After = nothing,
            Teams = [],
            Jobs = [],
            JobsChanged = 0,
            Steps = 0,
            Predicted = 0,
            NewJobs = [.. report.NewJobs.Select(j => j with { Evicts = [.. j.Evicts.Where(v => caller.MaySee(v.Tenant))] })],
        };
    }
}
