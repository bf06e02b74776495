using System.Collections.Immutable;
using System.Text.Json;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>Short ways to ask.</summary>
internal static class Ask
{
    public static WhatIfReport Report(WhatIfStart start, WhatIfPast? past, ImmutableArray<WhatIfChange> changes, TimeSpan? horizon = null, int slice = 1000, WhatIfOptions? options = null)
    {
        var scenario = changes.IsEmpty ? null : Assert.IsType<WhatIfPlan.Ready>(WhatIfPlanner.Plan(start, past, changes)).Scenario;
        var comparison = new WhatIfComparison(start, scenario, past, options ?? new WhatIfOptions { Checks = true }, past?.Until ?? start.At + (horizon ?? TimeSpan.FromDays(1)));
        while (comparison.Step(slice))
        {
        }

        return comparison.Report();
    }

    public static string Text(WhatIfReport report) => JsonSerializer.Serialize(report);
}
