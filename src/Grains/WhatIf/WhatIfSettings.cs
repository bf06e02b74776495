namespace Grains.WhatIf;

/// <summary>What questions of "what if" may cost. Configuration section "WhatIf".</summary>
public sealed class WhatIfSettings
{
    public const string Section = "WhatIf";

    /// <summary>A computation that takes longer is cut off, and says where. Default 9 s: with what is read before, an answer in ten.</summary>
    public TimeSpan Budget { get; set; } = TimeSpan.FromSeconds(9);

    /// <summary>The longest period, past or future, that may be asked about. Default 14 days.</summary>
    public TimeSpan MaxPeriod { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Moments of virtual time between two breaths, so that the silo's other work is not held up. Default 200.</summary>
    public int Slice { get; set; } = 200;
}
