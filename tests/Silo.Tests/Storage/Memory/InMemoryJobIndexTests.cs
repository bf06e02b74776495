using Silo.Tests.Support;

namespace Silo.Tests.Storage.Memory;

public sealed class InMemoryJobIndexTests() : JobIndexContractTests(new InMemoryUnderTest());
