namespace Grains.WhatIf;

/// <summary>
/// Computes what would become of a pool if something were otherwise. Owns nothing: it reads pool, quota trees and journal, and changes none of
/// them. One computation at a time in each silo; the others wait for their turn.
/// </summary>
[Alias("Grains.WhatIf.IWhatIfGrain")]
public interface IWhatIfGrain : IGrainWithStringKey
{
    /// <summary>There is one; a silo has its own activation of it.</summary>
    const string Key = "what-if";

    /// <summary>Takes up to <see cref="WhatIfSettings.Budget"/> and a little; what was not computed by then is said in the answer.</summary>
    [OpenToGateways]
    Task<WhatIfAnswer> Ask(AskWhatIf question);
}
