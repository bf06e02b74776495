namespace Benchmarks.Placement;

/// <summary>What the drivers ask of an index: place so many workers of the size it was made for, and give them back by number.</summary>
internal interface IContender
{
    /// <summary>Places a gang under a number of the driver's; false when it does not fit.</summary>
    bool Place(int gang, int workers, int gpus);

    void Release(int gang);
}
