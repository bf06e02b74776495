namespace Scheduling.Fairness;

/// <summary>How one level stands among its siblings.</summary>
/// <param name="Dominant">The resource of which it has the largest part; null when it has none of anything.</param>
/// <param name="Share">That part of the capacity: what it uses now and its decayed past use, so up to 2.</param>
/// <param name="Weighted">Share by weight: the smaller comes first.</param>
/// <param name="IsOwed">It has room below its nominal and is above it nowhere: it comes before its siblings that are not.</param>
public readonly record struct FairShare(string? Dominant, double Share, double Weighted, bool IsOwed);
