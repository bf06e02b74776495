using Scheduling.WhatIf;

namespace Grains.WhatIf;

/// <summary>Drives the two runs of a question to their end. A host with several cores computes them beside each other.</summary>
public interface IWhatIfDriver
{
    /// <param name="comparison">Not begun yet.</param>
    /// <param name="isLate">It has taken long enough: the runs are cut off where they are.</param>
    Task Drive(WhatIfComparison comparison, Func<bool> isLate);
}
