using System.Collections.Immutable;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>
/// Azure's virtual machine scale sets in our words. Capacity is absolute and conditional on the ETag that was read; every write of it leaves the
/// caller's epoch on the set (a tag), in the same request. Operations are followed by their URL, by any process. A deadline comes with the token.
/// </summary>
internal interface IScaleSetCloud
{
    /// <summary>Requests that a read may still send at once, of whatever set; a read sends two, and waits where there are none left.</summary>
    int ReadsLeft { get; }

    /// <summary>The set with its machines, as it stands now; what cannot be read afresh and whole is no reading. Whether machines are nodes is not the cloud's to know.</summary>
    Task<CloudAnswer<ScaleSetReading>> Read(string set, CancellationToken cancellationToken);

    /// <summary>Writes the epoch on the set and changes nothing else. Answers the new ETag.</summary>
    Task<CloudAnswer<string>> Claim(string set, long epoch, string ifMatch, CancellationToken cancellationToken);

    /// <summary>Asks for this capacity. Answers the operation's URL.</summary>
    Task<CloudAnswer<string>> SetCapacity(string set, int capacity, long epoch, string ifMatch, CancellationToken cancellationToken);

    /// <summary>Deletes these machines, and lowers the capacity by as many. One that is not there is deleted already. Answers the operation's URL.</summary>
    Task<CloudAnswer<string>> Delete(string set, ImmutableArray<string> instances, CancellationToken cancellationToken);

    /// <summary>How an operation goes. NotFound: it is too long ago.</summary>
    Task<CloudAnswer<OperationStatus>> Follow(string url, CancellationToken cancellationToken);
}
