using Silo.Tests.Support;

namespace Silo.Tests.Storage.Memory;

public sealed class InMemoryStateTests() : StateContractTests(new InMemoryUnderTest());
